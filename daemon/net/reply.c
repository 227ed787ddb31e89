/* One SMTP exchange, and the words of EHLO. */
#include "config.h"

#include "net/reply.h"

#include "base/log.h"
#include "net/error.h"

#include <string.h>

/* Exported by libetpan, in none of its headers. */
extern int mailsmtp_send_command(mailsmtp *, char *);
extern int mailsmtp_send_command_private(mailsmtp *, char *);

struct reply *
reply_new(void)
{
	struct reply *r = g_new0(struct reply, 1);

	r->text = g_string_new(NULL);
	r->lines = g_ptr_array_new_with_free_func(g_free);
	return r;
}

void
reply_free(struct reply *r)
{
	if (r == NULL)
		return;
	g_string_free(r->text, TRUE);
	g_ptr_array_unref(r->lines);
	g_free(r);
}

static int
useless(struct reply *r, const char *why)
{
	r->code = 0;
	g_string_assign(r->text, why);
	return 0;
}

/* "250-SIZE 1000" -> 250; 0 where it is no reply line. */
static int
line_code(const char *line)
{
	if (line[0] < '2' || line[0] > '5' || !g_ascii_isdigit(line[1]) || !g_ascii_isdigit(line[2]))
		return 0;
	if (line[3] != '\0' && line[3] != ' ' && line[3] != '-')
		return 0;
	return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

static void
keep_line(struct reply *r, const char *words)
{
	g_autofree char *safe = log_escape(words, NET_TEXT_MAX);

	if (r->lines->len < REPLY_LINES)
		g_ptr_array_add(r->lines, g_strdup(words));
	if (r->text->len >= NET_TEXT_MAX)
		return;
	g_string_append_printf(r->text, "%s%s", r->text->len > 0 ? " " : "", safe);
	if (r->text->len <= NET_TEXT_MAX)
		return;
	for (gsize cut = NET_TEXT_MAX;; cut--) {
		g_string_truncate(r->text, cut);
		if (g_utf8_validate(r->text->str, (gssize)r->text->len, NULL))
			return;
	}
}

static int
read_reply(mailsmtp *smtp, struct stream *stream, struct reply *r)
{
	gboolean more;

	do {
		const char *line = mailstream_read_line_remove_eol(smtp->stream, smtp->line_buffer);
		int code = line != NULL ? line_code(line) : 0;

		if (line == NULL)
			return useless(r, stream_reason(stream) != NULL ? stream_reason(stream) : "no reply");
		if (code == 0 || (r->code != 0 && r->code != code) || strlen(line) != smtp->line_buffer->len)
			return useless(r, "what came is no SMTP reply");
		r->code = code;
		more = line[3] == '-';
		keep_line(r, line[3] != '\0' ? line + 4 : "");
	} while (more);
	return r->code;
}

int
reply_to(mailsmtp *smtp, struct stream *stream, struct stream_limits limits, gboolean secret,
    const char *line, struct reply *r)
{
	g_autofree char *wire = line != NULL ? g_strconcat(line, "\r\n", NULL) : NULL;
	int sent = 0;

	r->code = 0;
	g_string_truncate(r->text, 0);
	g_ptr_array_set_size(r->lines, 0);
	stream_begin(stream, limits);
	if (line != NULL && strpbrk(line, "\r\n") != NULL)
		return useless(r, "a command with a line end in it was not sent");
	if (wire != NULL)
		sent = secret ? mailsmtp_send_command_private(smtp, wire) : mailsmtp_send_command(smtp, wire);
	if (sent == -1)
		return useless(r,
		    stream_reason(stream) != NULL ? stream_reason(stream) : "the command could not be sent");
	return read_reply(smtp, stream, r);
}

static void
read_mechanisms(const char *words, struct reply_offers *offers)
{
	g_auto(GStrv) all = g_strsplit_set(words, " \t=", -1);

	for (char **m = all; *m != NULL; m++) {
		offers->plain |= g_ascii_strcasecmp(*m, "PLAIN") == 0;
		offers->login |= g_ascii_strcasecmp(*m, "LOGIN") == 0;
		offers->xoauth2 |= g_ascii_strcasecmp(*m, "XOAUTH2") == 0;
	}
}

/* RFC 5321 section 4.1.1.1: one keyword a line behind the greeting, parameters behind blanks; "AUTH=" is an
 * old form. */
void
reply_read_offers(const struct reply *r, struct reply_offers *offers)
{
	*offers = (struct reply_offers){0};
	for (guint i = 1; i < r->lines->len; i++) {
		const char *line = r->lines->pdata[i];
		gsize n = strcspn(line, " \t=");
		g_autofree char *word = g_ascii_strup(line, (gssize)n);

		offers->starttls |= strcmp(word, "STARTTLS") == 0;
		offers->eight_bit |= strcmp(word, "8BITMIME") == 0;
		offers->utf8 |= strcmp(word, "SMTPUTF8") == 0;
		if (strcmp(word, "AUTH") == 0)
			read_mechanisms(line + n, offers);
		if (strcmp(word, "SIZE") == 0) {
			offers->size = TRUE;
			offers->largest = g_ascii_strtoull(line + n, NULL, 10);
		}
	}
}
