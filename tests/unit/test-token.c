/* Tokens: what we made is known again whatever a server does to its case; anything else is not. */
#include "config.h"

#include "desk/token.h"

#include <string.h>

#define KEYS "1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
#define OTHER "2 ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100\n"

static struct tokens *
make(const char *keys)
{
	g_autoptr(GBytes) bytes = g_bytes_new_static(keys, strlen(keys));
	g_autoptr(GError) error = NULL;
	struct tokens *t = tokens_new(bytes, &error);

	g_assert_no_error(error);
	return t;
}

static void
test_keys(void)
{
	static const char *const bad[] = {"", "# only a comment\n", "1\n", "x 0011\n", "1 0011\n",
	    "16 " /* id too large */
	    "00112233445566778899aabbccddeeff\n",
	    "1 zz112233445566778899aabbccddeeff\n", "1 00112233445566778899aabbccddeef\n"};

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GBytes) bytes = g_bytes_new_static(bad[i], strlen(bad[i]));

		g_test_message("%s", bad[i]);
		g_assert_null(tokens_new(bytes, NULL));
	}
}

static void
test_round_trip(void)
{
	static const struct token rows[] = {
	    {TOKEN_AGENT, 1, 2, 30000},
	    {TOKEN_CUSTOMER, 0xffffffff, 0xffffffff, 0},
	    {TOKEN_MESSAGE, 123456, 0, 0xffffff},
	    {TOKEN_BOUNCE, 0, 0, 0},
	};
	struct tokens *t = make(KEYS);

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = token_make(t, &rows[i]);
		g_autofree char *upper = g_ascii_strup(text, -1);
		struct token back;

		g_assert_cmpuint(strlen(text), ==, TOKEN_CHARS);
		g_assert_true(token_read(t, text, 0, &back));
		g_assert_true(token_read(t, upper, 0, &back));
		g_assert_cmpint(back.class, ==, rows[i].class);
		g_assert_cmpuint(back.number, ==, rows[i].number);
		g_assert_cmpuint(back.person, ==, rows[i].person);
		g_assert_cmpuint(back.expires, ==, rows[i].expires);
	}
	tokens_free(t);
}

/* Each character is five bits: every other value of every character is refused. */
static void
test_altered(void)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	const struct token token = {TOKEN_AGENT, 77, 5, 0};
	struct tokens *t = make(KEYS);
	g_autofree char *good = token_make(t, &token);
	struct token back;

	for (int i = 0; i < TOKEN_CHARS; i++)
		for (int k = 0; k < 32; k++) {
			g_autofree char *bad = g_strdup(good);

			if (letters[k] == good[i])
				continue;
			bad[i] = letters[k];
			g_assert_false(token_read(t, bad, 0, &back));
		}
	g_assert_false(token_read(t, "", 0, &back));
	g_assert_false(token_read(t, "0189", 0, &back));
	tokens_free(t);
}

static void
test_expiry_and_rotation(void)
{
	const struct token token = {TOKEN_AGENT, 77, 5, 20000};
	struct tokens *old = make(KEYS);
	struct tokens *rotated = make(OTHER KEYS);
	struct tokens *gone = make(OTHER);
	g_autofree char *text = token_make(old, &token);
	g_autofree char *newer = token_make(rotated, &token);
	struct token back;

	g_assert_true(token_read(old, text, 20000, &back));
	g_assert_false(token_read(old, text, 20001, &back));
	g_assert_true(token_read(rotated, text, 1, &back));
	g_assert_false(token_read(gone, text, 1, &back));
	g_assert_false(token_read(old, newer, 1, &back));
	tokens_free(old);
	tokens_free(rotated);
	tokens_free(gone);
}

static void
test_places(void)
{
	const struct token token = {TOKEN_CUSTOMER, 12, 3, 0};
	const struct token message = {TOKEN_MESSAGE, 12, 0, 0};
	struct tokens *t = make(KEYS);
	g_autofree char *address = token_address(t, "support@desk.test", '+', &token);
	g_autofree char *id = token_message_id(t, "desk.test", 9, &message);
	g_autofree char *text =
	    g_strdup_printf("Write to <%s> or see <%s>, not to ann@customer.test", address, id);
	g_autofree char *scrubbed = token_scrub(t, text);
	struct token back;

	g_assert_true(g_str_has_prefix(address, "support+t"));
	g_assert_true(token_in_address(t, address, 0, &back));
	g_assert_cmpuint(back.number, ==, 12);
	g_assert_true(token_in_message_id(t, id, 0, &back));
	g_assert_false(token_in_address(t, "support@desk.test", 0, &back));
	g_assert_false(token_in_address(t, address + strlen("support+"), 0, &back));
	g_assert_false(token_in_message_id(t, "x@y", 0, &back));
	g_assert_cmpstr(scrubbed, ==,
	    "Write to <[address removed]> or see <[address removed]>, not to ann@customer.test");
	tokens_free(t);
}

/* The number of a return path is an outbox row: in a Message-ID it would be taken for a ticket. */
static void
test_classes(void)
{
	static const struct {
		enum token_class class;
		gboolean address, message_id;
	} rows[] = {
	    {TOKEN_AGENT, TRUE, FALSE},
	    {TOKEN_CUSTOMER, TRUE, FALSE},
	    {TOKEN_BOUNCE, TRUE, FALSE},
	    {TOKEN_MESSAGE, FALSE, TRUE},
	    {TOKEN_NOTICE, FALSE, TRUE},
	};
	struct tokens *t = make(KEYS);

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct token token = {.class = rows[i].class, .number = 7};
		g_autofree char *address = token_address(t, "support@desk.test", '+', &token);
		g_autofree char *id = token_message_id(t, "desk.test", 9, &token);
		struct token back;

		g_test_message("class %d", (int)token.class);
		g_assert_true(token_in_address(t, address, 0, &back) == rows[i].address);
		g_assert_true(token_in_message_id(t, id, 0, &back) == rows[i].message_id);
	}
	tokens_free(t);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/token/keys", test_keys);
	g_test_add_func("/token/round-trip", test_round_trip);
	g_test_add_func("/token/altered", test_altered);
	g_test_add_func("/token/expiry-and-rotation", test_expiry_and_rotation);
	g_test_add_func("/token/places", test_places);
	g_test_add_func("/token/classes", test_classes);
	return g_test_run();
}
