/*
 * Entities of an outgoing mail: content fields, an empty line and the content in an encoding that every relay
 * carries. Lines end in CR LF and are at most 998 bytes long.
 */
#ifndef TRIAGED_BODY_H
#define TRIAGED_BODY_H

#include "mime/parts.h"

/* text/plain: as it is where it is ASCII in short lines, else quoted-printable, or base64 where most of it is
 * not ASCII. Controls other than tab and line ends are left out. `text` is valid UTF-8. */
void body_put_text(GString *out, const char *text);

/* A leaf of a mail that was read, with content fields of our own: its type if that is harmless to announce,
 * its name, its Content-ID if it is a picture within the text. The bytes are what the part's were. */
void body_put_part(GString *out, const struct part *part);

/* A mail as message/rfc822, or as a file if it has bytes that no mail may have (NUL, bare CR, endless lines).
 */
void body_put_mail(GString *out, GBytes *raw, const char *file);

#endif
