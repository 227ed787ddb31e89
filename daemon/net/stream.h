/*
 * The transport that libetpan is given in place of its own: a mailstream_low over one socket, plain or TLS.
 * It promises what libetpan's does not (L1-L4): end of file is an error and never 0; each command has a
 * deadline, a bound on silence and a bound on bytes; the first failure is final; and why it failed is kept in
 * words.
 */
#ifndef TRIAGED_STREAM_H
#define TRIAGED_STREAM_H

#include <glib.h>
#include <libetpan/libetpan.h>

#include "net/guard.h"
#include "net/tls.h"

/* What one command may cost. */
struct stream_limits {
	gint64 idle;	 /* ms without a byte either way */
	gint64 deadline; /* ms for the whole command */
	guint64 budget;	 /* bytes the server may send */
};

enum {
	STREAM_IDLE = 30 * 1000,
	STREAM_PATIENT = 2 * 60 * 1000, /* before the first byte about a whole folder */
	STREAM_LOGIN = 60 * 1000,	/* servers delay the answer to a wrong password */
	STREAM_GREETING_BYTES = 64 * 1024,
	STREAM_COMMAND_BYTES = 1024 * 1024,
	STREAM_SLOWEST = 16 * 1024, /* bytes a second below which a transfer is given up */
	STREAM_BUFFER = 16 * 1024,  /* libetpan's own, each way */
};

extern const struct stream_limits stream_limits_greeting, stream_limits_login, stream_limits_command,
    stream_limits_goodbye; /* LOGOUT, QUIT: half a second */
/* For a transfer of about `bytes`; 10 % more and `room` bytes may come. */
struct stream_limits stream_limits_transfer(guint64 bytes, guint64 room);

struct stream;

/* `fd` is a connected socket and becomes the stream's. `guard` (may be NULL) sees each byte received and may
 * stop the stream; it stays the caller's and must outlive it. */
struct stream *stream_new(int fd, struct guard *guard);
void stream_free(struct stream *stream);

/* For mailimap_connect or mailsmtp: libetpan closes and frees what is given here, not the stream. Ours to ask
 * once. */
mailstream *stream_mailstream(struct stream *stream);

/* Before each command. */
void stream_begin(struct stream *stream, struct stream_limits limits);

/* From here on everything is encrypted. `tls` becomes the stream's. On failure the stream is dead. */
gboolean stream_start_tls(struct stream *stream, struct tls *tls, GError **error);
gboolean stream_is_tls(const struct stream *stream);

/* Why it is dead, as the end of a sentence ("the server was silent for 30 s"); NULL while it lives. Lent. */
const char *stream_reason(const struct stream *stream);

/* Waits for `ms` (-1: for ever) until the server says something or `other` can be read; bytes that are
 * decrypted or lie in libetpan's buffer already count as something. */
enum stream_event { STREAM_TIME = 0, STREAM_SERVER = 1, STREAM_OTHER = 2 }; /* bits */
int stream_wait(struct stream *stream, int other, gint64 ms);

#endif
