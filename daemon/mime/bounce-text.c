/* Bounces in words: who, and what was said about them. */
#include "config.h"

#include "mime/bounce-list.h"
#include "mime/bounce-status.h"
#include "mime/bounce-words.h"
#include "mime/bounce.h"

#include <string.h>

enum { LINE_BYTES = 1000, ADDRESS_BYTES = 254 };

gsize
bounce_text_original(const char *text)
{
	const char *p = text;
	const char *json;

	while (*p != '\0' && p < text + BOUNCE_TEXT_MAX) {
		gsize length = strcspn(p, "\n");
		gsize blank = strspn(p, " \t>*");
		g_autofree char *lower =
		    g_ascii_strdown(p + MIN(blank, length), (gssize)MIN(length - MIN(blank, length), 60));

		if (p > text && phrase_begins(&bounce_originals, lower))
			return (gsize)(p - text);
		p += length + (p[length] == '\n');
	}
	/* Amazon's notifications are one line of JSON. */
	json = g_strstr_len(text, BOUNCE_TEXT_MAX, "\"mail\":{");
	if (json == NULL)
		json = g_strstr_len(text, BOUNCE_TEXT_MAX, "\\\"mail\\\":{");
	return json != NULL ? (gsize)(json - text) : (gsize)(p - text);
}

static gboolean
is_local(char c)
{
	return g_ascii_isalnum(c) || (c != '\0' && strchr("!#$%&'*+-=?^_`{|}~.", c) != NULL) ||
	       (unsigned char)c >= 0x80;
}

/* The address around the '@' at `at`, in lower case; NULL if it is none. */
static char *
address_around(const char *line, const char *at)
{
	const char *start = at, *end = at + 1, *dot;
	g_autofree char *address = NULL;

	while (start > line && is_local(start[-1]))
		start--;
	while (start < at && strchr("'`=.", *start) != NULL)
		start++;
	while (g_ascii_isalnum(*end) || *end == '.' || *end == '-' || *end == '_')
		end++;
	while (end > at && strchr(".-_", end[-1]) != NULL)
		end--;
	if (start == at || end - start > ADDRESS_BYTES || (start > line && strchr("/@", start[-1]) != NULL))
		return NULL;
	address = g_ascii_strdown(start, (gssize)(end - start));
	dot = strrchr(strchr(address, '@'), '.');
	return dot != NULL && g_ascii_isalpha(dot[1]) ? g_steal_pointer(&address) : NULL;
}

static gboolean
has_any(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strstr(text, *words) != NULL)
			return TRUE;
	return FALSE;
}

/* Lines whose addresses are not the ones that failed. */
static gboolean
is_aside(const char *lower)
{
	static const char *const asides[] = {"message-id", "mail from", "from:", "sender", "generated from",
	    "expanded from", "forwarded by", "contact ", "reply-to", "http://", "https://", "if you ",
	    "please ", "assistance", "questions", "from <", "envelope-from", "return-path", "received from",
	    "received at", NULL};

	return has_any(lower, asides);
}

/* And those whose addresses never are, in whatever line they come again. */
static gboolean
is_helping(const char *lower)
{
	static const char *const helps[] = {
	    "contact ", "for assistance", "for further assistance", "mail from:", "questions", NULL};

	return has_any(lower, helps);
}

/* "To: ", "Recipient: ", "RCPT TO:" name the one even in a line that looks like an aside. */
static gboolean
names_recipient(const char *lower)
{
	return strstr(lower, "rcpt to") != NULL || strstr(lower, "recipient") != NULL ||
	       lower[strspn(lower, " \t*-")] == '<' || strstr(lower, "failed:") != NULL;
}

static gboolean
is_helper(const char *address)
{
	return g_str_has_prefix(address, "postmaster@") || g_str_has_prefix(address, "mailer-daemon@") ||
	       g_str_has_prefix(address, "abuse@") || g_str_has_prefix(address, "helpdesk@");
}

static void
know_all(const char *line, GHashTable *known)
{
	for (const char *at = strchr(line, '@'); at != NULL; at = strchr(at + 1, '@')) {
		char *address = address_around(line, at);

		if (address != NULL)
			g_hash_table_add(known, address);
	}
}

/* The failed address that this line is the first to name; the last of several counts for what follows. */
static struct bounce_entry *
find_recipients(const char *line, const char *lower, GHashTable *known, GPtrArray *list)
{
	struct bounce_entry *last = NULL;

	if (is_aside(lower) && !names_recipient(lower)) {
		if (is_helping(lower))
			know_all(line, known);
		return NULL;
	}
	for (const char *at = strchr(line, '@'); at != NULL; at = strchr(at + 1, '@')) {
		g_autofree char *address = address_around(line, at);
		struct bounce_entry *entry;

		if (address == NULL || is_helper(address) || g_hash_table_contains(known, address))
			continue;
		entry = bounce_list_entry(list, address);
		if (entry != NULL && (last == NULL || entry->diagnostic->len == 0))
			last = entry;
	}
	return last;
}

/* An entry that nothing was said of after its name takes what was said before. */
static void
finish(GPtrArray *list, const char *head, gboolean delayed)
{
	for (guint i = 0; i < list->len; i++) {
		struct bounce_entry *entry = g_ptr_array_index(list, i);
		g_autofree char *own = bounce_status(entry->diagnostic->str, delayed);

		if (entry->status != NULL)
			continue;
		entry->action = g_strdup(delayed ? "delayed" : "failed");
		entry->status =
		    g_str_has_suffix(own, ".0.0") ? bounce_status(head, delayed) : g_steal_pointer(&own);
	}
}

void
bounce_text_read(const char *text, GHashTable *known, gboolean delayed, GPtrArray *list)
{
	g_autofree char *head = g_strndup(text, bounce_text_original(text));
	struct bounce_entry *present = NULL;

	for (const char *p = head; *p != '\0';) {
		gsize length = strcspn(p, "\n");
		g_autofree char *line = g_strndup(p, MIN(length, LINE_BYTES));
		g_autofree char *lower = g_ascii_strdown(line, -1);
		struct bounce_entry *named = find_recipients(line, lower, known, list);

		if (named != NULL)
			present = named;
		if (present != NULL)
			bounce_list_diagnose(present, g_strstrip(line));
		p += length + (p[length] == '\n');
	}
	finish(list, head, delayed);
}
