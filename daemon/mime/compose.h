/*
 * Makes the bytes of an outgoing mail. A function of its arguments: the same head and raw mail give the same
 * bytes. Everything is made by us (header.h for the fields), nothing foreign is copied but attachments'
 * content, and the result is read again before it is handed out: fields, recipients and parts are what was
 * asked, or there is no mail.
 *
 * `head` is a{sv}, every key present:
 *   from_name s  from_address s   to a(ss)  cc a(ss)      name, address
 *   reply_to s                    an address or ""
 *   subject s    message_id s     without brackets
 *   date x                        ms UTC
 *   in_reply_to s  references as  without brackets; "" and empty where none
 *   auto s                        "", "auto-generated" or "auto-replied" (RFC 3834)
 *   extra a{ss}                   further fields, name and value; not one that is made here
 *   text s                        UTF-8, LF
 *   parts au                      parts of `raw` to attach (struct part's index), in this order
 *   whole b                       attach `raw` itself, as message/rfc822
 */
#ifndef TRIAGED_COMPOSE_H
#define TRIAGED_COMPOSE_H

#include <glib.h>

/* Lines end in CR LF, none is longer than 998 bytes, there is no NUL and no other bare CR or LF. `raw` may be
 * NULL where nothing is taken from it. *eight_bit: there are bytes over 127, the relay must have 8BITMIME;
 * *utf8: an address is not ASCII, it must have SMTPUTF8. NULL: *failed says what was wrong with which field;
 * caller frees. */
GBytes *compose_mail(GVariant *head, GBytes *raw, gboolean *eight_bit, gboolean *utf8, char **failed);

#endif
