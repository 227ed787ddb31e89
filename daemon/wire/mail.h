/*
 * What triaged-mime understands of a mail, as it travels to the desk (and to triagectl read): one serialised GVariant
 * a{sv} in a sealed memory file. Names and types stand in the table below; every key is always present. The desk reads
 * it with mail_open, which checks each type, so that a reader that was taken over can lie but not break.
 *
 * Texts are valid UTF-8 in NFC with LF line ends. Ids are without angle brackets. Addresses are as our strict reader
 * understood them: local part as it is, domain as A-label in lower case.
 */
#ifndef TRIAGED_MAIL_H
#define TRIAGED_MAIL_H

#include <glib.h>

/*   key              type         meaning */
#define MAIL_FIELDS(F)                                                                                                 \
	F(message_id,     "s")      /* "" where there is none or it is not one */                                      \
	F(in_reply_to,    "as")                                                                                        \
	F(references,     "as")     /* oldest first, the last 100 */                                                   \
	F(from,           "a(ss)")  /* name, address: every mailbox in it, as shown */                                 \
	F(from_one,       "s")      /* the one address that identifies the sender; "" if there is any doubt (T3) */    \
	F(sender,         "a(ss)")                                                                                     \
	F(reply_to,       "a(ss)")                                                                                     \
	F(to,             "a(ss)")                                                                                     \
	F(cc,             "a(ss)")                                                                                     \
	F(return_path,    "s")      /* of the first Return-Path; "<>" for the null sender, "" where none */            \
	F(delivered_to,   "as")     /* Delivered-To, X-Original-To, Envelope-To, X-Envelope-To, X-Delivered-To */      \
	F(subject,        "s")                                                                                         \
	F(date,           "x")      /* ms UTC; 0 where it cannot be read */                                            \
	F(language,       "s")      /* Content-Language, first tag; "" */                                              \
	F(charset,        "s")      /* what was used for the body, and why if not what it says: "windows-1252 (declared us-ascii)" */ \
	F(text,           "s")      /* the new words */                                                                \
	F(quoted,         "s")                                                                                         \
	F(signature,      "s")                                                                                         \
	F(body,           "s")      /* the whole text; text, quoted and signature are cut out of it and nothing is lost */ \
	F(html,           "s")      /* the HTML as it came, decoded; never shown, never sent */                        \
	F(from_html,      "b")      /* body was made from html, there was no plain text */                             \
	F(forward,        "a{ss}")  /* of a forwarded mail: from, to, subject, date, text; empty where none */         \
	F(attachments,    "aa{sv}") /* name s, type s, size t (decoded), sha256 s, inline b, cid s, part u, ours b: a token of ours is in it */ \
	F(auth_pass,      "as")     /* addresses with auth=pass by a trusted authserv-id */                            \
	F(dmarc_pass,     "as")     /* domains with dmarc=pass by a trusted authserv-id */                             \
	F(is_auto,        "b")      /* a machine wrote it (section D); never to be answered */                         \
	F(is_bounce,      "b")                                                                                         \
	F(is_list,        "b")                                                                                         \
	F(is_feedback,    "b")      /* RFC 5965 */                                                                     \
	F(is_receipt,     "b")      /* RFC 8098 disposition notification */                                            \
	F(machine_why,    "s")      /* the field or phrase that decided: "Auto-Submitted: auto-replied" */             \
	F(suppress,       "b")      /* X-Auto-Response-Suppress asks for silence */                                    \
	F(loop,           "s")      /* value of our own X-Triaged-Loop, "" */                                          \
	F(bounces,        "aa{ss}") /* a failed recipient each: recipient, status, action, diagnostic, original_message_id */ \
	F(invite,         "a{ss}")  /* method, summary, start, end, organizer, location, uid; empty where none */      \
	F(protection,     "s")      /* "", "pgp-signed", "pgp-encrypted", "smime-signed", "smime-encrypted" */         \
	F(marks,          "as")     /* limits that were exceeded and what was done: "references cut at 100" */         \
	F(held,           "s")      /* why only the headers could be read; "" for a mail that was read whole */

enum mail_field {
#define F(name, type) MAIL_##name,
	MAIL_FIELDS(F)
#undef F
	MAIL_FIELD_COUNT
};

/* Makes the dictionary: put each field once, then end. A field not put is empty, FALSE or 0. */
struct mail_maker;
struct mail_maker *mail_maker_new(void);
void mail_put(struct mail_maker *maker, enum mail_field field, GVariant *value); /* of the field's type; floating is taken */
void mail_put_string(struct mail_maker *maker, enum mail_field field, const char *value); /* NULL is "" */
GBytes *mail_maker_end(struct mail_maker *maker); /* frees the maker; caller unrefs */

/* A mail that was made. NULL and `error` where the bytes are not of the table's shape. */
struct mail;
struct mail *mail_open(GBytes *bytes, GError **error);
void mail_free(struct mail *mail);
#define MAIL_AUTO __attribute__((cleanup(mail_cleanup))) struct mail
void mail_cleanup(struct mail **mail);

/* What is lent lives as long as the mail. */
const char *mail_string(const struct mail *mail, enum mail_field field);
gboolean mail_flag(const struct mail *mail, enum mail_field field);
gint64 mail_number(const struct mail *mail, enum mail_field field);
GVariant *mail_value(const struct mail *mail, enum mail_field field); /* lent */

#endif
