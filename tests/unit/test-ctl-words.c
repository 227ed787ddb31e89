/* triagectl's sentences: what fits into their holes; that the manual has every command and no other; what
 * reaches a terminal. */
#include "config.h"

#include "base/fd.h"
#include "ctl/ctl.h"
#include "ctl/print.h"

#include <string.h>

enum { MANUAL_MOST = 1024 * 1024 };

/* "list=x flag= | word word", or the trouble. */
static char *
understood(const char *form, const char *typed)
{
	g_auto(GStrv) argv = g_strsplit(typed, " ", -1);
	SENTENCE_AUTO s = {0};
	g_autofree char *trouble = NULL;
	g_autoptr(GList) names = NULL;
	GString *all = g_string_new(NULL);

	if (!sentence_parse(form, *typed != '\0' ? (int)g_strv_length(argv) : 0, argv, &s, &trouble)) {
		g_string_append(all, trouble);
		return g_string_free(all, FALSE);
	}
	names = g_list_sort(g_hash_table_get_keys(s.options), (GCompareFunc)strcmp);
	for (GList *l = names; l != NULL; l = l->next)
		g_string_append_printf(all, "%s=%s ", (const char *)l->data, sentence_option(&s, l->data));
	g_string_append_c(all, '|');
	for (int i = 0; i < sentence_count(&s); i++)
		g_string_append_printf(all, " %s", sentence_word(&s, i));
	g_assert_null(sentence_word(&s, sentence_count(&s)));
	return g_string_free(all, FALSE);
}

static void
test_sentences(void)
{
	static const struct {
		const char *form, *typed, *understood;
	} cases[] = {
	    {"", "", "|"},
	    {"", "more", "\"more\" is one word too many"},
	    {"TICKET", "12", "| 12"},
	    {"TICKET", "#12", "| #12"},
	    {"TICKET", "", "TICKET is missing"},
	    {"TICKET", "0", "\"0\" is not a ticket's number"},
	    {"TICKET", "-1", "\"-1\" is not a ticket's number"},
	    {"TICKET", "1x", "\"1x\" is not a ticket's number"},
	    {"TICKET", "99999999999999999999", "\"99999999999999999999\" is not a ticket's number"},
	    {"TICKET", "1 2", "\"2\" is one word too many"},
	    {"TICKET WORD...", "1", "WORD is missing"},
	    {"TICKET WORD...", "1 a", "| 1 a"},
	    {"TICKET WORD...", "1 a b c", "| 1 a b c"},
	    {"TICKET WORD...", "1 -- --a b", "| 1 --a b"},
	    {"TICKET WORD...", "1 --a b", "there is no option --a here"},
	    {"TICKET PRIORITY", "1 high", "| 1 high"},
	    {"TICKET PRIORITY", "1 higher", "\"higher\" is not low, normal, high or urgent"},
	    {"ADDRESS", "a@b", "| a@b"},
	    {"ADDRESS", "a@", "\"a@\" is not a mail address"},
	    {"ADDRESS", "@b", "\"@b\" is not a mail address"},
	    {"[FILE]", "", "|"},
	    {"[FILE]", "a", "| a"},
	    {"[FILE]", "a b", "\"b\" is one word too many"},
	    {"[COMMAND...]", "", "|"},
	    {"[COMMAND...]", "a b", "| a b"},
	    {"[--state STATE] [--all]", "", "|"},
	    {"[--state STATE] [--all]", "--all", "--all= |"},
	    {"[--state STATE] [--all]", "--all --state open", "--all= --state=open |"},
	    {"[--state STATE] [--all]", "--state=open", "--state=open |"},
	    {"[--state STATE] [--all]", "--state", "--state wants a word behind it"},
	    {"[--state STATE] [--all]", "--state opened",
		"\"opened\" is not new, open, waiting, hold or closed"},
	    {"[--state STATE] [--all]", "--all=yes", "--all takes no word"},
	    {"[--state STATE] [--all]", "--stat open", "there is no option --stat here"},
	    {"[--state STATE] [--all]", "STATE", "\"STATE\" is one word too many"},
	    {"[--mailbox MAILBOX] [MAILBOX]", "--mailbox a", "--mailbox=a |"},
	    {"[--mailbox MAILBOX] [MAILBOX]", "a", "| a"},
	    {"WORD", "\xff", "the words are not UTF-8"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *got = understood(cases[i].form, cases[i].typed);

		g_assert_cmpstr(got, ==, cases[i].understood);
	}
}

static void
test_find(void)
{
	static const struct {
		const char *typed, *found;
		int taken;
	} cases[] = {
	    {"ticket list --all", "ticket list", 2},
	    {"ticket", NULL, 0},
	    {"tickets list", NULL, 0},
	    {"why 1", "why", 1},
	    {"", NULL, 0},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(GStrv) words = g_strsplit(cases[i].typed, " ", -1);
		int taken;
		const struct command *c = command_find(words, &taken);

		g_assert_cmpstr(c != NULL ? c->words : NULL, ==, cases[i].found);
		g_assert_cmpint(taken, ==, cases[i].taken);
	}
	g_assert_true(command_family("ticket"));
	g_assert_false(command_family("why"));
	g_assert_false(command_family("tick"));
}

/* The form as mdoc: "[--state STATE] WORD..." is " Oo Fl -state Ar state Oc Ar word ...". */
static char *
mdoc(const char *form)
{
	g_auto(GStrv) tokens = g_strsplit(form, " ", -1);
	GString *all = g_string_new(NULL);

	for (char **t = tokens; *t != NULL && **t != '\0'; t++) {
		gboolean opens = **t == '[', closes = g_str_has_suffix(*t, "]");
		g_autofree char *bare = g_strndup(*t + opens, strlen(*t) - opens - closes);
		g_autofree char *name = g_ascii_strdown(bare, -1);
		gboolean repeats = g_str_has_suffix(name, "...");

		if (repeats)
			name[strlen(name) - 3] = '\0';
		g_string_append_printf(all, "%s %s %s%s%s", opens ? " Oo" : "", *name == '-' ? "Fl" : "Ar",
		    name + (*name == '-'), repeats ? " ..." : "", closes ? " Oc" : "");
	}
	return g_string_free(all, FALSE);
}

/* The lines ".It Cm ..." between two section heads. */
static GPtrArray *
manual_items(const char *from, const char *to)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = fd_read_file(MANUAL, MANUAL_MOST, &error);
	GPtrArray *items = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) lines = NULL;
	g_autofree char *text = NULL;
	gboolean inside = FALSE;

	g_assert_no_error(error);
	text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		if (g_str_has_prefix(*line, ".Sh "))
			inside = strcmp(*line + 4, from) == 0 || (inside && strcmp(*line + 4, to) != 0);
		else if (inside && g_str_has_prefix(*line, ".It Cm "))
			g_ptr_array_add(items, g_strdup(*line));
	}
	return items;
}

/* Help prints the table, so the manual and help cannot say two things. */
static void
test_manual(void)
{
	g_autoptr(GPtrArray) items = manual_items("COMMANDS", "JSON");
	guint n = 0;

	for (const struct command *c = commands; c->words != NULL; c++, n++) {
		g_autofree char *form = mdoc(c->form);
		g_autofree char *item = g_strdup_printf(".It Cm %s%s", c->words, form);

		g_assert_cmpuint(n, <, items->len);
		g_assert_cmpstr(items->pdata[n], ==, item);
	}
	g_assert_cmpuint(n, ==, items->len);
}

/* Each command either looks and can show it, or runs; none hides another. */
static void
test_table(void)
{
	for (const struct command *c = commands; c->words != NULL; c++) {
		g_auto(GStrv) words = g_strsplit(c->words, " ", -1);
		int taken;

		g_assert_true((c->look != NULL) == (c->show != NULL));
		g_assert_true((c->look != NULL) != (c->run != NULL));
		g_assert_true(command_find(words, &taken) == c);
	}
}

static void
test_fit(void)
{
	static const struct {
		const char *text;
		int most;
		const char *fits;
		int width;
	} cases[] = {
	    {"", 3, "", 0},
	    {"abc", 3, "abc", 3},
	    {"abcd", 3, "ab…", 3},
	    {"订单没有到", 10, "订单没有到", 10},
	    {"订单没有到", 9, "订单没有…", 9},
	    {"订单没有到", 8, "订单没…", 7},
	    {"e\xcc\x81t\xc3\xa9", 3, "e\xcc\x81t\xc3\xa9", 3},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *got = print_fit(cases[i].text, cases[i].most);

		g_assert_cmpstr(got, ==, cases[i].fits);
		g_assert_cmpint(print_width(got), ==, cases[i].width);
	}
}

static void
print_hostile(void)
{
	static const struct column columns[] = {{"id", "id", COLUMN_NUMBER, 0},
	    {"subject", "subject", COLUMN_TEXT, 20}, {"at", "at", COLUMN_TIME, 0},
	    {"to", "to", COLUMN_TEXT, 0}, {NULL, NULL, COLUMN_TEXT, 0}};
	g_autoptr(JsonNode) rows = json_from_string(
	    "[{\"id\":7,\"subject\":\"\\u001b[2J订\",\"at\":\"2026-11-21T10:00:00Z\",\"to\":[{\"address\":"
	    "\"a@b\"},"
	    "{\"address\":\"c\\u202ed\"}]},{\"id\":12,\"subject\":\"x\",\"at\":null,\"to\":[]}]",
	    NULL);

	print_table(json_node_get_array(rows), columns);
	print_pair("name", "a\nb");
	print_pair("nothing", "");
	print_lines(stdout, "  ", "one\n\n\xff\rtwo");
	fflush(stdout);
}

static void
test_print(void)
{
	if (g_test_subprocess()) {
		print_hostile();
		return;
	}
	g_test_trap_subprocess(NULL, 0, 0);
	g_test_trap_assert_passed();
	g_test_trap_assert_stdout("*id  subject    at                to\n"
				  " 7  \\x1b[2J订  2026-11-21 10:00  a@b, c\\xe2\\x80\\xaed\n"
				  "12  x\n"
				  "name          a\\x0ab\n"
				  "  one\n"
				  "\n"
				  "  \\xff\\x0dtwo\n*");
}

int
main(int argc, char **argv)
{
	g_setenv("TZ", "UTC", TRUE);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ctl/sentences", test_sentences);
	g_test_add_func("/ctl/find", test_find);
	g_test_add_func("/ctl/manual", test_manual);
	g_test_add_func("/ctl/table", test_table);
	g_test_add_func("/ctl/fit", test_fit);
	g_test_add_func("/ctl/print", test_print);
	return g_test_run();
}
