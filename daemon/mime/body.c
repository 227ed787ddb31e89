/* Encodings of outgoing content (RFC 2045). The only bytes over 127 are those of a mail attached whole. */
#include "config.h"

#include "mime/body.h"
#include "mime/header.h"

#include <string.h>

enum {
	LINE_MAX_BYTES = 998, /* RFC 5322 section 2.1.1 */
	LINE_PLAIN = 78,      /* text in longer lines is encoded */
	QP_LINE = 75,	      /* and a '=' */
	BASE64_BYTES = 57,    /* 76 characters */
};

static void
put_base64(GString *out, const guchar *bytes, gsize length)
{
	char line[BASE64_BYTES * 2];

	while (length > 0) {
		gsize n = MIN(length, BASE64_BYTES), written;
		gint state = 0, save = 0;

		written = g_base64_encode_step(bytes, n, FALSE, line, &state, &save);
		written += g_base64_encode_close(FALSE, line + written, &state, &save);
		g_string_append_len(out, line, (gssize)written);
		g_string_append(out, "\r\n");
		bytes += n;
		length -= n;
	}
}

/* LF line ends, no controls: what a bare CR or an escape code could do to the next reader it shall not do. */
static char *
clean_text(const char *text)
{
	GString *out = g_string_sized_new(strlen(text) + 1);

	for (; *text != '\0'; text++) {
		if (*text == '\r' && text[1] == '\n')
			continue;
		if (*text == '\r')
			g_string_append_c(out, '\n');
		else if ((unsigned char)*text >= ' ' ? *text != 0x7f : *text == '\n' || *text == '\t')
			g_string_append_c(out, *text);
	}
	if (out->len > 0 && out->str[out->len - 1] != '\n')
		g_string_append_c(out, '\n');
	return g_string_free(out, FALSE);
}

/* May a line go as it is? Mailbox files change "From ", relays have lost dots and blanks at the end. */
static gboolean
line_plain(const char *line, gsize length)
{
	if (length > LINE_PLAIN ||
	    (length > 0 && (line[0] == '.' || strchr(" \t", line[length - 1]) != NULL)))
		return FALSE;
	if (length >= 5 && memcmp(line, "From ", 5) == 0)
		return FALSE;
	for (gsize i = 0; i < length; i++)
		if ((unsigned char)line[i] >= 0x80)
			return FALSE;
	return TRUE;
}

static gboolean
text_plain(const char *text)
{
	while (*text != '\0') {
		gsize length = strcspn(text, "\n");

		if (!line_plain(text, length))
			return FALSE;
		text += length + 1;
	}
	return TRUE;
}

static gboolean
mostly_foreign(const char *text)
{
	gsize foreign = 0, length = strlen(text);

	for (gsize i = 0; i < length; i++)
		foreign += (unsigned char)text[i] >= 0x80;
	return foreign * 3 > length;
}

static void
put_crlf(GString *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			g_string_append_c(out, '\r');
		g_string_append_c(out, *text);
	}
}

/* Must this byte of a line be written as =XX? (RFC 2045 section 6.7, and line_plain above) */
static gboolean
qp_escaped(const char *line, gsize length, gsize i)
{
	unsigned char c = (unsigned char)line[i];

	if (c == ' ' || c == '\t')
		return i + 1 == length;
	if (i == 0 && (c == '.' || (length >= 5 && memcmp(line, "From ", 5) == 0)))
		return TRUE;
	return c < '!' || c > '~' || c == '=';
}

static void
put_qp_line(GString *out, const char *line, gsize length)
{
	gsize start = out->len;

	for (gsize i = 0; i < length; i++) {
		gboolean escaped = qp_escaped(line, length, i);

		if (out->len - start + (escaped ? 3 : 1) > QP_LINE) {
			g_string_append(out, "=\r\n");
			start = out->len;
		}
		/* A dot must not come to stand at the beginning of a line by our break either. */
		if (escaped || (line[i] == '.' && out->len == start))
			g_string_append_printf(out, "=%02X", (unsigned char)line[i]);
		else
			g_string_append_c(out, line[i]);
	}
	g_string_append(out, "\r\n");
}

static void
put_qp(GString *out, const char *text)
{
	while (*text != '\0') {
		gsize length = strcspn(text, "\n");

		put_qp_line(out, text, length);
		text += length + 1;
	}
}

void
body_put_text(GString *out, const char *text)
{
	g_autofree char *clean = clean_text(text);

	g_string_append(out, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ");
	if (text_plain(clean)) {
		g_string_append(out, "7bit\r\n\r\n");
		put_crlf(out, clean);
	} else if (!mostly_foreign(clean)) {
		g_string_append(out, "quoted-printable\r\n\r\n");
		put_qp(out, clean);
	} else {
		g_autoptr(GString) crlf = g_string_new(NULL);

		g_string_append(out, "base64\r\n\r\n");
		put_crlf(crlf, clean);
		put_base64(out, (const guchar *)crlf->str, crlf->len);
	}
}

static gboolean
is_token(const char *text, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if (!g_ascii_isalnum(text[i]) && (text[i] == '\0' || strchr("-+._", text[i]) == NULL))
			return FALSE;
	return length > 0 && length <= 80;
}

/* multipart and message types would be opened by the reader, as mail of ours. */
static gboolean
type_harmless(const char *type)
{
	const char *slash = strchr(type, '/');

	return slash != NULL && is_token(type, (gsize)(slash - type)) &&
	       is_token(slash + 1, strlen(slash + 1)) && !g_str_has_prefix(type, "multipart/") &&
	       !g_str_has_prefix(type, "message/");
}

static void
put_disposition(GString *out, const char *disposition, const char *file)
{
	g_string_append_printf(out, "Content-Disposition: %s", disposition);
	if (*file != '\0')
		header_put_parameter(out, "filename", file);
	g_string_append(out, "\r\n");
}

static void
put_type(GString *out, const struct part *part, const char *file)
{
	g_string_append_printf(
	    out, "Content-Type: %s", type_harmless(part->type) ? part->type : "application/octet-stream");
	if (g_str_has_prefix(part->type, "text/") && is_token(part->charset, strlen(part->charset)))
		g_string_append_printf(out, "; charset=%s", part->charset);
	if (*file != '\0')
		header_put_parameter_ascii(out, "name", file);
	g_string_append(out, "\r\n");
}

void
body_put_part(GString *out, const struct part *part)
{
	gboolean inside = g_str_has_prefix(part->type, "image/") && *part->cid != '\0';
	g_autofree char *file = header_file_name(part->name);
	const char *const ids[] = {part->cid, NULL};
	gsize length;
	const guchar *bytes = g_bytes_get_data(part->bytes, &length);

	if (strcmp(part->type, "message/rfc822") == 0) {
		body_put_mail(out, part->bytes, file);
		return;
	}
	put_type(out, part, file);
	g_string_append(out, "Content-Transfer-Encoding: base64\r\n");
	put_disposition(
	    out, inside && strcmp(part->disposition, "attachment") != 0 ? "inline" : "attachment", file);
	if (inside)
		header_put_ids(out, "Content-ID", ids);
	g_string_append(out, "\r\n");
	put_base64(out, bytes, length);
}

/* What is between two line ends: can it travel as it is? */
static gboolean
line_travels(const char *line, gsize length)
{
	if (length > 0 && line[length - 1] == '\r')
		length--;
	return length <= LINE_MAX_BYTES && memchr(line, '\r', length) == NULL &&
	       memchr(line, '\0', length) == NULL;
}

/* The mail with CR LF line ends; FALSE, and `out` is as it was, if it has what no mail may have. */
static gboolean
put_mail_lines(GString *out, const char *raw, gsize length)
{
	const char *end = raw + length;
	gsize before = out->len;

	while (raw < end) {
		const char *stop = memchr(raw, '\n', (gsize)(end - raw));
		gsize n = (gsize)((stop == NULL ? end : stop) - raw);

		if (!line_travels(raw, n)) {
			g_string_truncate(out, before);
			return FALSE;
		}
		g_string_append_len(out, raw, (gssize)(n > 0 && raw[n - 1] == '\r' ? n - 1 : n));
		g_string_append(out, "\r\n");
		raw += n + (stop != NULL);
	}
	return TRUE;
}

static gboolean
is_ascii_bytes(const guchar *bytes, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if (bytes[i] >= 0x80)
			return FALSE;
	return TRUE;
}

void
body_put_mail(GString *out, GBytes *raw, const char *file)
{
	gsize before = out->len, length;
	const guchar *bytes = g_bytes_get_data(raw, &length);

	if (*file == '\0')
		file = "mail.eml";
	g_string_append_printf(out, "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: %s\r\n",
	    is_ascii_bytes(bytes, length) ? "7bit" : "8bit");
	put_disposition(out, "attachment", file);
	g_string_append(out, "\r\n");
	if (put_mail_lines(out, (const char *)bytes, length))
		return;
	g_string_truncate(out, before);
	g_string_append(
	    out, "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n");
	put_disposition(out, "attachment", file);
	g_string_append(out, "\r\n");
	put_base64(out, bytes, length);
}
