/* Reading again what was composed. Only the header block is given to GMime: an attached mail is not ours to
 * parse. */
#include "config.h"

#include "mime/compose-check.h"
#include "mime/header.h"

#include <gmime/gmime.h>
#include <string.h>

enum { LINE_BYTES = 998 }; /* RFC 5322 section 2.1.1 */

static gboolean
differs(char **failed, const char *what)
{
	*failed = g_strdup_printf("%s: the composed mail says something else when it is read again", what);
	return FALSE;
}

/* CR LF ends each line, nothing else does, and lines have an end. */
static gboolean
check_bytes(const GString *mail, gboolean *eight_bit)
{
	gsize line = 0;

	*eight_bit = FALSE;
	for (gsize i = 0; i < mail->len; i++) {
		unsigned char c = (unsigned char)mail->str[i];

		if (c == '\0' || (c == '\n' && (i == 0 || mail->str[i - 1] != '\r')))
			return FALSE;
		if (c == '\r' && (mail->str[i + 1] != '\n' || i - line > LINE_BYTES))
			return FALSE;
		if (c == '\n')
			line = i + 1;
		*eight_bit |= c >= 0x80;
	}
	return line == mail->len;
}

static gboolean
is_ours(const char *name, GVariant *extra)
{
	static const char *const names[] = {"Date", "From", "Reply-To", "To", "Cc", "Subject", "Message-ID",
	    "In-Reply-To", "References", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version",
	    "Content-Type", "Content-Transfer-Encoding", NULL};

	return g_strv_contains(names, name) || g_variant_lookup(extra, name, "&s", NULL);
}

/* Each field of the block is one that was made, and there is no second of it. */
static gboolean
check_names(const char *block, GVariant *extra)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_auto(GStrv) lines = g_strsplit(block, "\r\n", -1);

	for (char **line = lines; **line != '\0'; line++) {
		const char *colon = strchr(*line, ':');
		g_autofree char *name = NULL;

		if (**line == ' ' && line > lines)
			continue;
		if (colon == NULL)
			return FALSE;
		name = g_strndup(*line, (gsize)(colon - *line));
		if (!is_ours(name, extra) || !g_hash_table_add(seen, g_ascii_strdown(name, -1)))
			return FALSE;
	}
	return TRUE;
}

/* GMime shows an A-label decoded: both forms are tried. Quotes around a local part are no part of it. */
static gboolean
same_address(InternetAddressMailbox *is, const char *address)
{
	g_auto(GStrv) plain = g_strsplit(internet_address_mailbox_get_addr(is), "\"", -1);
	g_autofree char *bare = g_strjoinv("", plain);
	const char *a_label = internet_address_mailbox_get_idn_addr(is);

	return strcmp(bare, address) == 0 || (a_label != NULL && g_ascii_strcasecmp(a_label, address) == 0);
}

static gboolean
same_mailbox(InternetAddress *is, const char *name, const char *address)
{
	g_autofree char *wanted = header_clean(name);
	const char *read = internet_address_get_name(is);

	return INTERNET_ADDRESS_IS_MAILBOX(is) && same_address(INTERNET_ADDRESS_MAILBOX(is), address) &&
	    strcmp(wanted, read == NULL ? "" : read) == 0;
}

static gboolean
same_mailboxes(InternetAddressList *list, GVariant *asked)
{
	gsize count = g_variant_n_children(asked);

	if (list == NULL || (gsize)internet_address_list_length(list) != count)
		return list == NULL && count == 0;
	for (gsize i = 0; i < count; i++) {
		const char *name, *address;

		g_variant_get_child(asked, i, "(&s&s)", &name, &address);
		if (!same_mailbox(internet_address_list_get_address(list, (int)i), name, address))
			return FALSE;
	}
	return TRUE;
}

static gboolean
check_values(GMimeMessage *message, const struct compose_asked *asked, char **failed)
{
	g_autofree char *subject = header_clean(asked->subject);
	const char *read = g_mime_message_get_subject(message);

	if (!same_mailboxes(g_mime_message_get_from(message), asked->from))
		return differs(failed, "From");
	if (!same_mailboxes(g_mime_message_get_to(message), asked->to))
		return differs(failed, "To");
	if (!same_mailboxes(g_mime_message_get_cc(message), asked->cc))
		return differs(failed, "Cc");
	if (strcmp(subject, read == NULL ? "" : read) != 0)
		return differs(failed, "Subject");
	if (g_strcmp0(g_mime_message_get_message_id(message), asked->message_id) != 0)
		return differs(failed, "Message-ID");
	return TRUE;
}

static gboolean
check_block(const char *block, const struct compose_asked *asked, char **failed)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(block, strlen(block));
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	g_autoptr(GObject) message = (GObject *)g_mime_parser_construct_message(parser, NULL);

	g_object_unref(parser);
	g_object_unref(stream);
	if (message == NULL)
		return differs(failed, "header");
	return check_values(GMIME_MESSAGE(message), asked, failed);
}

/* Delimiter lines of the boundary: one before each entity and one at the end. */
static gboolean
check_delimiters(const GString *mail, const struct compose_asked *asked)
{
	g_autofree char *delimiter = g_strdup_printf("\r\n--%s", asked->boundary);
	gsize length = strlen(delimiter), found = 0;
	const char *p = mail->str, *end = mail->str + mail->len;

	if (*asked->boundary == '\0')
		return TRUE;
	while ((p = memmem(p, (gsize)(end - p), delimiter, length)) != NULL) {
		found++;
		p += length;
	}
	return found == asked->entities + 1;
}

gboolean
compose_check(const GString *mail, const struct compose_asked *asked, gboolean *eight_bit, char **failed)
{
	const char *body = strstr(mail->str, "\r\n\r\n");
	g_autofree char *block = NULL;

	if (!check_bytes(mail, eight_bit) || body == NULL)
		return differs(failed, "bytes");
	block = g_strndup(mail->str, (gsize)(body - mail->str) + 4);
	if (!check_names(block, asked->extra))
		return differs(failed, "fields");
	if (!check_delimiters(mail, asked))
		return differs(failed, "parts");
	return check_block(block, asked, failed);
}
