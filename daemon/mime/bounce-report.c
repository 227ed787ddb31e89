/* Delivery status, field by field. Broken ones too: groups run together, fields in words of the text. */
#include "config.h"

#include "mime/bounce-list.h"
#include "mime/bounce-status.h"
#include "mime/bounce.h"

#include <string.h>

static void
entry_free(gpointer data)
{
	struct bounce_entry *entry = data;

	g_free(entry->recipient);
	g_free(entry->status);
	g_free(entry->action);
	g_string_free(entry->diagnostic, TRUE);
	g_free(entry);
}

GPtrArray *
bounce_list_new(void)
{
	return g_ptr_array_new_with_free_func(entry_free);
}

struct bounce_entry *
bounce_list_entry(GPtrArray *list, const char *recipient)
{
	struct bounce_entry *entry;

	for (guint i = 0; i < list->len; i++) {
		entry = g_ptr_array_index(list, i);
		if (g_ascii_strcasecmp(entry->recipient, recipient) == 0)
			return entry;
	}
	if (list->len >= BOUNCE_RECIPIENTS_MAX)
		return NULL;
	entry = g_new0(struct bounce_entry, 1);
	entry->recipient = g_strdup(recipient);
	entry->diagnostic = g_string_new(NULL);
	g_ptr_array_add(list, entry);
	return entry;
}

void
bounce_list_diagnose(struct bounce_entry *entry, const char *text)
{
	gsize room = entry->diagnostic->len >= BOUNCE_DIAGNOSTIC_MAX
			 ? 0
			 : BOUNCE_DIAGNOSTIC_MAX - entry->diagnostic->len;
	gsize length = MIN(strlen(text), room);

	while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	if (length == 0)
		return;
	if (entry->diagnostic->len > 0)
		g_string_append_c(entry->diagnostic, ' ');
	g_string_append_len(entry->diagnostic, text, (gssize)length);
}

/* One group of fields. */
struct group {
	char *final, *original, *action, *status, *diagnostic;
};

static void
group_clear(struct group *g)
{
	g_free(g->final);
	g_free(g->original);
	g_free(g->action);
	g_free(g->status);
	g_free(g->diagnostic);
	*g = (struct group){0};
}

/* "rfc822; <ann@example.com>" -> the address; what has no '@' is none. */
static char *
address_of(const char *value)
{
	const char *semicolon = strchr(value, ';');
	g_autofree char *address = g_strdup(semicolon == NULL ? value : semicolon + 1);

	g_strstrip(g_strdelimit(address, "<>\"", ' '));
	address[strcspn(address, " \t(")] = '\0';
	return strchr(address, '@') == NULL ? NULL : g_steal_pointer(&address);
}

static char *
first_word(const char *value)
{
	return g_ascii_strdown(value, (gssize)strcspn(value, " \t(;"));
}

/* What the last server said is more than what the reporting one made of it, as long as they mean the same
 * class. */
static char *
status_of(const struct group *g, gboolean delayed)
{
	const char *diagnostic = g->diagnostic == NULL ? "" : g->diagnostic;
	g_autofree char *stated = g->status == NULL ? NULL : bounce_enhanced(g->status);
	g_autofree char *said = bounce_enhanced(diagnostic);

	if (stated == NULL)
		return bounce_status(diagnostic, delayed);
	if (said == NULL || g_str_has_suffix(said, ".0.0") || said[0] != stated[0])
		return g_steal_pointer(&stated);
	return g_steal_pointer(&said);
}

static gboolean
group_end(struct group *g, GPtrArray *list)
{
	const char *recipient = g->final != NULL ? g->final : g->original;
	gboolean delivered, delayed;
	struct bounce_entry *entry;

	if (recipient == NULL) {
		group_clear(g);
		return FALSE;
	}
	delayed = g->action != NULL ? strcmp(g->action, "delayed") == 0 : FALSE;
	delivered = g->action == NULL
			? g->status != NULL && g->status[0] == '2'
			: strcmp(g->action, "delivered") == 0 || strcmp(g->action, "relayed") == 0 ||
			      strcmp(g->action, "expanded") == 0;
	entry = delivered ? NULL : bounce_list_entry(list, recipient);
	if (entry != NULL && entry->status == NULL) {
		entry->status = status_of(g, delayed);
		entry->action = g_strdup(delayed ? "delayed" : "failed");
		bounce_list_diagnose(entry, g->diagnostic == NULL ? "" : g->diagnostic);
	}
	group_clear(g);
	return TRUE;
}

static void
take(char **slot, char *value)
{
	if (*slot == NULL)
		*slot = value;
	else
		g_free(value);
}

/* Takes a whole field. TRUE if a group ended before it, with a recipient. */
static gboolean
read_field(struct group *g, const char *field, GPtrArray *list)
{
	const char *colon = strchr(field, ':');
	g_autofree char *name =
	    colon == NULL ? g_strdup("") : g_ascii_strdown(field, (gssize)(colon - field));
	g_autofree char *value = colon == NULL ? NULL : g_strstrip(g_strdup(colon + 1));
	gboolean ended = FALSE;

	g_strstrip(name);
	if (strcmp(name, "final-recipient") == 0 || strcmp(name, "original-recipient") == 0) {
		/* The second of its kind begins a new group, blank line or not. */
		if (name[0] == 'f' ? g->final != NULL : g->original != NULL && g->status != NULL)
			ended = group_end(g, list);
		take(name[0] == 'f' ? &g->final : &g->original, address_of(value));
	} else if (strcmp(name, "action") == 0) {
		take(&g->action, first_word(value));
	} else if (strcmp(name, "status") == 0) {
		take(&g->status, g_steal_pointer(&value));
	} else if (strcmp(name, "diagnostic-code") == 0) {
		const char *semicolon = strchr(value, ';');

		take(&g->diagnostic, g_strstrip(g_strdup(semicolon == NULL ? value : semicolon + 1)));
	}
	return ended;
}

gboolean
bounce_report_read(const char *text, GPtrArray *list)
{
	g_autoptr(GString) field = g_string_new(NULL);
	struct group g = {0};
	gboolean found = FALSE;

	for (;;) {
		gsize length = strcspn(text, "\n");
		gboolean blank = strspn(text, " \t\r") >= length;

		if (!blank && (*text == ' ' || *text == '\t') && field->len > 0) {
			g_string_append_c(field, ' ');
			g_string_append_len(field, text + 1, (gssize)(length - 1));
		} else {
			found |= read_field(&g, field->str, list);
			g_string_truncate(field, 0);
			g_string_append_len(field, text, (gssize)length);
		}
		/* A group's own fields may be torn apart by blank lines: only a recipient with a status ends
		 * it. */
		if (blank && (g.status != NULL || g.action != NULL))
			found |= group_end(&g, list);
		text += length;
		if (*text == '\0')
			break;
		text++;
	}
	read_field(&g, field->str, list);
	found |= group_end(&g, list);
	return found;
}
