/*
 * Packets between our programs: a SOCK_SEQPACKET pair, one packet one message, at most one descriptor. A
 * message is its type (an index into the table of wire/messages.h) and a GVariant dictionary of named fields
 * (a{sv}). Knows nothing of the types: wire checks them.
 */
#ifndef TRIAGED_IPC_H
#define TRIAGED_IPC_H

#include <glib.h>

enum {
	IPC_PACKET_MAX = 128 * 1024, /* bytes; anything longer travels as a sealed memory file */
	IPC_PATIENCE = 60 * 1000,    /* ms */
};

struct ipc_message {
	guint32 type;
	GVariant *fields; /* a{sv}, normal form, never NULL after ipc_receive */
	int fd;		  /* -1: none. Closed by ipc_message_clear */
};

void ipc_message_clear(struct ipc_message *message);
#define IPC_MESSAGE_AUTO __attribute__((cleanup(ipc_message_clear))) struct ipc_message

/* A connected pair, close-on-exec, with room for several full packets. */
gboolean ipc_pair(int pair[2], GError **error);

/* Waits for room until the packet is in the socket, blocking or not. `fields` may be floating: it is
 * consumed. `fd` stays the caller's; -1 for none. FALSE: the other side is gone, does not read for
 * IPC_PATIENCE, or the packet is too long. */
gboolean ipc_send(int socket, guint32 type, GVariant *fields, int fd, GError **error);
/* The same with a patience of one's own, in ms; 0: there is room now, or it fails. */
gboolean ipc_send_within(int socket, guint32 type, GVariant *fields, int fd, int ms, GError **error);

/* One packet. IPC_AGAIN only on a non-blocking socket. IPC_CLOSED: the other side is gone in good order.
 * IPC_BROKEN: what came is not a packet of ours; the peer must be ended. */
enum ipc_result { IPC_OK, IPC_AGAIN, IPC_CLOSED, IPC_BROKEN };
enum ipc_result ipc_receive(int socket, struct ipc_message *message, GError **error);

#endif
