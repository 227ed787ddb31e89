/* Making and reading tokens. */
#include "config.h"

#include "desk/token.h"

#include <gio/gio.h>
#include <string.h>

enum {
	KEYS = 16,
	DATA_BYTES = 12,
	MAC_BYTES = 13,
	TOKEN_BYTES = DATA_BYTES + MAC_BYTES,
	KEY_MIN = 16,
	KEY_MAX = 64
};

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

struct tokens {
	struct {
		guint8 bytes[KEY_MAX];
		gsize length; /* 0: there is none */
	} keys[KEYS];
	int signing;
};

static gboolean
parse_key(struct tokens *t, const char *line, int *id)
{
	char *end;
	gsize n;

	*id = (int)g_ascii_strtoll(line, &end, 10);
	if (end == line || *end != ' ' || *id < 0 || *id >= KEYS)
		return FALSE;
	line = end + 1;
	n = strlen(line);
	if (n % 2 != 0 || n / 2 < KEY_MIN || n / 2 > KEY_MAX || strspn(line, "0123456789abcdefABCDEF") != n)
		return FALSE;
	for (gsize i = 0; i < n / 2; i++)
		t->keys[*id].bytes[i] =
		    (guint8)(g_ascii_xdigit_value(line[2 * i]) << 4 | g_ascii_xdigit_value(line[2 * i + 1]));
	t->keys[*id].length = n / 2;
	return TRUE;
}

struct tokens *
tokens_new(GBytes *bytes, GError **error)
{
	struct tokens *t = g_new0(struct tokens, 1);
	gsize n;
	const char *data = g_bytes_get_data(bytes, &n);
	g_autofree char *text = g_strndup(data, n);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	t->signing = -1;
	for (int i = 0; lines[i] != NULL; i++) {
		char *line = g_strstrip(lines[i]);
		int id;

		if (*line == '\0' || *line == '#')
			continue;
		if (!parse_key(t, line, &id)) {
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			    "keys: line %d is not \"ID HEX\" with an id from 0 to 15 and 16 to 64 bytes",
			    i + 1);
			tokens_free(t);
			return NULL;
		}
		if (t->signing < 0)
			t->signing = id;
	}
	if (t->signing >= 0)
		return t;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "keys: there is no key in the file");
	tokens_free(t);
	return NULL;
}

void
tokens_free(struct tokens *tokens)
{
	if (tokens != NULL)
		explicit_bzero(tokens, sizeof *tokens);
	g_free(tokens);
}

static void
mac(const struct tokens *t, int key, const guint8 *data, guint8 *out)
{
	guint8 full[32];
	gsize n = sizeof full;
	GHmac *h = g_hmac_new(G_CHECKSUM_SHA256, t->keys[key].bytes, t->keys[key].length);

	g_hmac_update(h, data, DATA_BYTES);
	g_hmac_get_digest(h, full, &n);
	g_hmac_unref(h);
	memcpy(out, full, MAC_BYTES);
}

static void
put32(guint8 *at, guint32 v)
{
	at[0] = (guint8)(v >> 24);
	at[1] = (guint8)(v >> 16);
	at[2] = (guint8)(v >> 8);
	at[3] = (guint8)v;
}

static guint32
get32(const guint8 *at)
{
	return (guint32)at[0] << 24 | (guint32)at[1] << 16 | (guint32)at[2] << 8 | at[3];
}

/* 5 bits a character: 25 bytes make 40 without padding. */
static void
encode(const guint8 *bytes, char *text)
{
	for (int i = 0; i < TOKEN_CHARS; i++) {
		int bit = i * 5;
		int pair = bytes[bit / 8] << 8 | (bit / 8 + 1 < TOKEN_BYTES ? bytes[bit / 8 + 1] : 0);

		text[i] = alphabet[pair >> (11 - bit % 8) & 31];
	}
	text[TOKEN_CHARS] = '\0';
}

static gboolean
decode(const char *text, guint8 *bytes)
{
	memset(bytes, 0, TOKEN_BYTES + 1);
	for (int i = 0; i < TOKEN_CHARS; i++) {
		const char *at = text[i] != '\0' ? strchr(alphabet, g_ascii_tolower(text[i])) : NULL;
		int bit = i * 5;
		int value;

		if (at == NULL)
			return FALSE;
		value = (int)(at - alphabet) << (11 - bit % 8);
		bytes[bit / 8] |= (guint8)(value >> 8);
		bytes[bit / 8 + 1] |= (guint8)value;
	}
	return TRUE;
}

char *
token_make(const struct tokens *t, const struct token *token)
{
	guint8 bytes[TOKEN_BYTES];
	char *text = g_malloc(TOKEN_CHARS + 1);

	bytes[0] = (guint8)(t->signing << 4 | (int)token->class);
	put32(bytes + 1, token->number);
	put32(bytes + 5, token->person);
	bytes[9] = (guint8)(token->expires >> 16);
	bytes[10] = (guint8)(token->expires >> 8);
	bytes[11] = (guint8)token->expires;
	mac(t, t->signing, bytes, bytes + DATA_BYTES);
	encode(bytes, text);
	return text;
}

gboolean
token_read(const struct tokens *t, const char *text, guint32 today, struct token *token)
{
	guint8 bytes[TOKEN_BYTES + 1];
	guint8 expected[MAC_BYTES];
	guint8 differ = 0;
	int key;

	if (!decode(text, bytes))
		return FALSE;
	key = bytes[0] >> 4;
	if (t->keys[key].length == 0)
		return FALSE;
	mac(t, key, bytes, expected);
	for (int i = 0; i < MAC_BYTES; i++)
		differ |= expected[i] ^ bytes[DATA_BYTES + i];
	if (differ != 0)
		return FALSE;
	token->class = (enum token_class)(bytes[0] & 15);
	token->number = get32(bytes + 1);
	token->person = get32(bytes + 5);
	token->expires = (guint32)bytes[9] << 16 | (guint32)bytes[10] << 8 | bytes[11];
	return token->expires == 0 || token->expires >= today;
}

char *
token_address(const struct tokens *t, const char *address, char separator, const struct token *token)
{
	g_autofree char *text = token_make(t, token);
	const char *at = strrchr(address, '@');

	return g_strdup_printf("%.*s%ct%s%s", (int)(at - address), address, separator, text, at);
}

gboolean
token_in_address(const struct tokens *t, const char *address, guint32 today, struct token *token)
{
	const char *at = strrchr(address, '@');

	/* At least one character, the separator, "t", the token. */
	if (at == NULL || at - address < TOKEN_CHARS + 3 || g_ascii_tolower(at[-TOKEN_CHARS - 1]) != 't' ||
	    g_ascii_isalnum(at[-TOKEN_CHARS - 2]))
		return FALSE;
	return token_read(t, at - TOKEN_CHARS, today, token) && token->class != TOKEN_MESSAGE &&
	       token->class != TOKEN_NOTICE;
}

char *
token_message_id(const struct tokens *t, const char *domain, gint64 serial, const struct token *token)
{
	g_autofree char *text = token_make(t, token);

	return g_strdup_printf("t%s.%" G_GINT64_FORMAT "@%s", text, serial, domain);
}

gboolean
token_in_message_id(const struct tokens *t, const char *id, guint32 today, struct token *token)
{
	if (g_ascii_tolower(id[0]) != 't' || strlen(id) < TOKEN_CHARS + 4 || id[TOKEN_CHARS + 1] != '.')
		return FALSE;
	return token_read(t, id + 1, today, token) &&
	       (token->class == TOKEN_MESSAGE || token->class == TOKEN_NOTICE);
}

static gboolean
word_char(char c)
{
	return g_ascii_isalnum(c) || (c != '\0' && strchr("+-_.=@", c) != NULL);
}

/* Does the word hold 't' and 40 characters of the alphabet that verify? An expired token is one too. */
static gboolean
has_token(const struct tokens *t, const char *word, gsize n)
{
	for (gsize i = 0; i + TOKEN_CHARS < n; i++) {
		struct token token;

		if (g_ascii_tolower(word[i]) == 't' && token_read(t, word + i + 1, 0, &token))
			return TRUE;
	}
	return FALSE;
}

char *
token_scrub(const struct tokens *t, const char *text)
{
	GString *out = g_string_sized_new(strlen(text));

	while (*text != '\0') {
		gsize n = 0;

		while (word_char(text[n]))
			n++;
		if (n > TOKEN_CHARS && has_token(t, text, n))
			g_string_append(out, "[address removed]");
		else
			g_string_append_len(out, text, (gssize)n);
		text += n;
		if (*text != '\0')
			g_string_append_c(out, *text++);
	}
	return g_string_free(out, FALSE);
}
