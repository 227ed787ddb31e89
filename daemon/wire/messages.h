/*
 * Everything our programs say to each other, on one page. The table is the protocol: who may send a message, which
 * fields it has, whether a descriptor comes with it. wire_receive checks each packet against it; a message that its
 * sender may not send, or that is not of its shape, ends the sender.
 *
 * Fields are written "name:type", type a GVariant type string; a question mark after the name makes it optional.
 * A batch of mails lies in one memory file, one behind the other, `lengths` long each.
 */
#ifndef TRIAGED_MESSAGES_H
#define TRIAGED_MESSAGES_H

#include <glib.h>

#include "base/ipc.h"

enum wire_role { WIRE_PARENT, WIRE_DESK, WIRE_FETCH, WIRE_MIME, WIRE_SEND, WIRE_CTL };
enum wire_fd { WIRE_FD_NONE, WIRE_FD_ONE, WIRE_FD_MAYBE };

/*  id                 sender        fd              fields */
#define WIRE_MESSAGES(M)                                                                                               \
	/* parent and desk */                                                                                          \
	M(CHILD_UP,          WIRE_PARENT, WIRE_FD_ONE,   "kind:s name:s pid:u")         /* fd: the desk's end of its link */ \
	M(CHILD_DOWN,        WIRE_PARENT, WIRE_FD_NONE,  "kind:s name:s pid:u why:s again_ms:t")                       \
	M(RELOAD_RESULT,     WIRE_PARENT, WIRE_FD_NONE,  "ok:b text:s")                                                \
	M(READY,             WIRE_DESK,   WIRE_FD_NONE,  "")                            /* the store is open */        \
	M(IDLE,              WIRE_DESK,   WIRE_FD_NONE,  "well:b")                      /* nothing left to do; well: nobody is sick */ \
	M(CHILD_KILL,        WIRE_DESK,   WIRE_FD_NONE,  "kind:s name:s pid:u why:s")                                  \
	M(CHILD_WAKE,        WIRE_DESK,   WIRE_FD_NONE,  "kind:s name:s")               /* no more back-off */         \
	M(RELOAD,            WIRE_DESK,   WIRE_FD_NONE,  "")                                                           \
	/* desk and fetch */                                                                                           \
	M(FETCH_UP,          WIRE_FETCH,  WIRE_FD_NONE,  "uidvalidity:t exists:t idle:b")                              \
	M(FETCH_LISTING,     WIRE_FETCH,  WIRE_FD_ONE,   "uidvalidity:t full:b count:u") /* fd: count x {u32 uid, u32 size} */ \
	M(FETCH_WANT,        WIRE_DESK,   WIRE_FD_ONE,   "count:u largest:t")           /* answers each listing; fd: count x u32 uid, rising */ \
	M(FETCH_MAILS,       WIRE_FETCH,  WIRE_FD_ONE,   "uids:au sizes:at lengths:at cut:ab dates:ax")                \
	M(FETCH_KEPT,        WIRE_DESK,   WIRE_FD_NONE,  "uids:au spare?:b")            /* committed: settle on the server; spare: never delete */ \
	M(FETCH_SETTLED,     WIRE_FETCH,  WIRE_FD_NONE,  "uids:au")                     /* flagged, moved, deleted or gone */ \
	M(FETCH_LOOK,        WIRE_DESK,   WIRE_FD_NONE,  "")                            /* list the whole mailbox now */ \
	M(FETCH_QUIET,       WIRE_FETCH,  WIRE_FD_NONE,  "")                            /* listed, nothing wanted is missing */ \
	M(FETCH_TROUBLE,     WIRE_FETCH,  WIRE_FD_NONE,  "step:s text:s")               /* said before it leaves */    \
	/* desk and mime; triagectl read and mime */                                                                   \
	M(MIME_READ,         WIRE_DESK,   WIRE_FD_ONE,   "mail:x offset:t length:t cut:b")                             \
	M(MIME_MAIL,         WIRE_MIME,   WIRE_FD_ONE,   "mail:x")                      /* fd: serialised a{sv}, wire/mail.h */ \
	M(MIME_COMPOSE,      WIRE_DESK,   WIRE_FD_ONE,   "id:x head:t")                 /* fd: head bytes of a{sv}, then a raw mail */ \
	M(MIME_COMPOSED,     WIRE_MIME,   WIRE_FD_MAYBE, "id:x failed?:s eight_bit:b utf8:b") /* fd: the mail, CRLF */ \
	/* desk and send */                                                                                            \
	M(SEND_MAIL,         WIRE_DESK,   WIRE_FD_ONE,   "id:x sender:s recipients:as utf8:b eight_bit:b")             \
	M(SEND_DATA,         WIRE_SEND,   WIRE_FD_NONE,  "id:x")                        /* 354 is here; waits for SEND_GO */ \
	M(SEND_GO,           WIRE_DESK,   WIRE_FD_NONE,  "id:x")                        /* `data` is committed */      \
	M(SEND_RESULT,       WIRE_SEND,   WIRE_FD_NONE,  "id:x step:s results:a(sus)")  /* recipient, reply code (0: none; in step "data" nobody knows), text */ \
	M(SEND_TROUBLE,      WIRE_SEND,   WIRE_FD_NONE,  "step:s text:s")               /* relay not to be had; said before it leaves */ \
	/* triagectl and desk */                                                                                       \
	M(CTL_DO,            WIRE_CTL,    WIRE_FD_MAYBE, "words:as json:b")             /* fd: inject's mail, sealed */ \
	M(CTL_END,           WIRE_DESK,   WIRE_FD_NONE,  "status:i text:s")             /* exit status; text: for stderr where that is not 0 */

enum wire_type {
#define M(id, sender, fd, fields) WIRE_##id,
	WIRE_MESSAGES(M)
#undef M
	WIRE_TYPES
};

/* "FETCH_MAILS"; "?" for a number that is none. */
const char *wire_name(guint32 type);

/* Is the message one that `sender` may send, of its declared shape? */
gboolean wire_check(const struct ipc_message *message, enum wire_role sender, GError **error);

/* ipc_receive and wire_check in one: a message that fails the check is IPC_BROKEN. */
enum ipc_result wire_receive(int socket, enum wire_role sender, struct ipc_message *message, GError **error);

/* A dictionary for a message, in GVariant's text form with its printf-like holes ("{'id': <%x>}"); floating. */
GVariant *wire_fields(const char *format, ...);

/* Getters for fields that wire_check has seen. Strings live as long as the message. */
const char *wire_string(const struct ipc_message *message, const char *field); /* NULL where optional and absent */
guint64 wire_u64(const struct ipc_message *message, const char *field);       /* types u and t */
gint64 wire_i64(const struct ipc_message *message, const char *field);        /* types i and x */
gboolean wire_bool(const struct ipc_message *message, const char *field);
GVariant *wire_value(const struct ipc_message *message, const char *field);   /* caller unrefs */

#endif
