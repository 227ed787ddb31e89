/* Sentences with holes. */
#include "config.h"

#include "ctl/sentence.h"

#include <string.h>

/* A positive number, with or without the "#" of a ticket; 0 for anything else. */
static gint64
number(const char *word)
{
	char *end;
	gint64 n;

	if (*word == '#')
		word++;
	n = g_ascii_isdigit(*word) ? g_ascii_strtoll(word, &end, 10) : 0;
	return n > 0 && n < G_MAXINT64 && *end == '\0' ? n : 0;
}

static gboolean
is_number(const char *word)
{
	return number(word) != 0;
}

static gboolean
is_state(const char *word)
{
	static const char *const states[] = {"new", "open", "waiting", "hold", "closed", NULL};

	return g_strv_contains(states, word);
}

static gboolean
is_priority(const char *word)
{
	static const char *const priorities[] = {"low", "normal", "high", "urgent", NULL};

	return g_strv_contains(priorities, word);
}

static gboolean
is_address(const char *word)
{
	const char *at = strrchr(word, '@');

	return at != NULL && at != word && at[1] != '\0';
}

/* Holes that take only some words; all others take any. */
static const struct hole {
	const char *name;
	gboolean (*takes)(const char *word);
	const char *what;
} holes[] = {
    {"TICKET", is_number, "a ticket's number"},
    {"MAIL", is_number, "a mail's number"},
    {"ID", is_number, "the number of an outgoing mail"},
    {"STATE", is_state, "new, open, waiting, hold or closed"},
    {"PRIORITY", is_priority, "low, normal, high or urgent"},
    {"ADDRESS", is_address, "a mail address"},
};

static gboolean
fits(const char *name, const char *word, char **trouble)
{
	if (!g_utf8_validate(word, -1, NULL)) {
		*trouble = g_strdup("the words are not UTF-8");
		return FALSE;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(holes); i++)
		if (strcmp(holes[i].name, name) == 0 && !holes[i].takes(word)) {
			*trouble = g_strdup_printf("\"%s\" is not %s", word, holes[i].what);
			return FALSE;
		}
	return TRUE;
}

/* A hole of the form: "TICKET", "[FILE]", "WORD...", "[--all]"; an option's own hole is in `value`. */
struct slot {
	char *name;
	gboolean may_lack, repeats;
	char *value; /* NULL: an option that nothing follows, or no option */
};

static void
slot_free(gpointer data)
{
	struct slot *slot = data;

	g_free(slot->name);
	g_free(slot->value);
	g_free(slot);
}

static GPtrArray *
slots_of(const char *form)
{
	g_auto(GStrv) tokens = g_strsplit(form, " ", -1);
	GPtrArray *slots = g_ptr_array_new_with_free_func(slot_free);

	for (char **token = tokens; *token != NULL && **token != '\0'; token++) {
		struct slot *slot = g_new0(struct slot, 1);
		char *last = *token + strlen(*token) - 1;

		slot->may_lack = **token == '[';
		if (slot->may_lack && *last != ']') {
			slot->name = g_strdup(*token + 1);
			token++;
			slot->value = g_strndup(*token, strlen(*token) - 1);
		} else {
			slot->name = g_strndup(*token + slot->may_lack, strlen(*token) - 2 * slot->may_lack);
		}
		slot->repeats = g_str_has_suffix(slot->name, "...");
		if (slot->repeats)
			slot->name[strlen(slot->name) - 3] = '\0';
		g_ptr_array_add(slots, slot);
	}
	return slots;
}

static const struct slot *
option_slot(GPtrArray *slots, const char *name, gsize length)
{
	for (guint i = 0; i < slots->len; i++) {
		const struct slot *slot = slots->pdata[i];

		if (strncmp(slot->name, name, length) == 0 && slot->name[length] == '\0')
			return slot;
	}
	return NULL;
}

/* Takes the option at argv[*i] and what belongs to it: "--queue NAME" or "--queue=NAME". */
static gboolean
take_option(struct sentence *s, GPtrArray *slots, int argc, char **argv, int *i, char **trouble)
{
	const char *word = argv[*i];
	const char *equals = strchr(word, '=');
	gsize length = equals != NULL ? (gsize)(equals - word) : strlen(word);
	const struct slot *slot = option_slot(slots, word, length);
	const char *value = equals != NULL ? equals + 1 : NULL;

	if (slot == NULL) {
		*trouble = g_strdup_printf("there is no option %.*s here", (int)length, word);
		return FALSE;
	}
	if (slot->value != NULL && value == NULL && *i + 1 < argc)
		value = argv[++*i];
	if ((slot->value != NULL) != (value != NULL)) {
		*trouble = g_strdup_printf(
		    slot->value != NULL ? "%s wants a word behind it" : "%s takes no word", slot->name);
		return FALSE;
	}
	g_hash_table_insert(s->options, g_strdup(slot->name), (gpointer)(value != NULL ? value : ""));
	return value == NULL || fits(slot->value, value, trouble);
}

/* The n-th hole that is no option; the last one again where it repeats. */
static const struct slot *
word_slot(GPtrArray *slots, guint n)
{
	const struct slot *last = NULL;

	for (guint i = 0; i < slots->len; i++) {
		const struct slot *slot = slots->pdata[i];

		if (*slot->name == '-')
			continue;
		last = slot;
		if (n-- == 0)
			return slot;
	}
	return last != NULL && last->repeats ? last : NULL;
}

static gboolean
take_word(struct sentence *s, GPtrArray *slots, char *word, char **trouble)
{
	const struct slot *slot = word_slot(slots, s->words->len);

	if (slot == NULL) {
		*trouble = g_strdup_printf("\"%s\" is one word too many", word);
		return FALSE;
	}
	g_ptr_array_add(s->words, word);
	return fits(slot->name, word, trouble);
}

static gboolean
take_all(struct sentence *s, GPtrArray *slots, int argc, char **argv, char **trouble)
{
	const struct slot *next;
	gboolean only_words = FALSE;

	for (int i = 0; i < argc; i++) {
		gboolean ok = TRUE;

		if (!only_words && strcmp(argv[i], "--") == 0)
			only_words = TRUE;
		else if (!only_words && g_str_has_prefix(argv[i], "--"))
			ok = take_option(s, slots, argc, argv, &i, trouble);
		else
			ok = take_word(s, slots, argv[i], trouble);
		if (!ok)
			return FALSE;
	}
	next = word_slot(slots, s->words->len);
	if (next != NULL && !next->may_lack &&
	    !(next->repeats && s->words->len > 0 && next == word_slot(slots, s->words->len - 1))) {
		*trouble = g_strdup_printf("%s is missing", next->name);
		return FALSE;
	}
	return TRUE;
}

gboolean
sentence_parse(const char *form, int argc, char **argv, struct sentence *s, char **trouble)
{
	GPtrArray *slots = slots_of(form);
	gboolean ok;

	s->options = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	s->words = g_ptr_array_new();
	ok = take_all(s, slots, argc, argv, trouble);
	g_ptr_array_add(s->words, NULL);
	g_ptr_array_unref(slots);
	return ok;
}

void
sentence_clear(struct sentence *s)
{
	g_clear_pointer(&s->options, g_hash_table_unref);
	g_clear_pointer(&s->words, g_ptr_array_unref);
}

const char *
sentence_option(const struct sentence *s, const char *option)
{
	return g_hash_table_lookup(s->options, option);
}

int
sentence_count(const struct sentence *s)
{
	return (int)s->words->len - 1;
}

const char *
sentence_word(const struct sentence *s, int i)
{
	return i < sentence_count(s) ? s->words->pdata[i] : NULL;
}

gint64
sentence_number(const struct sentence *s, int i)
{
	const char *word = sentence_word(s, i);

	return word != NULL ? number(word) : 0;
}
