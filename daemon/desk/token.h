/*
 * Tokens: what we put into addresses and Message-IDs to know them again. 25 bytes in base32 (RFC 4648, lower
 * case, so that it lives through servers that fold case): key and class, ticket or outbox row, person, day of
 * expiry, 104 bits of HMAC-SHA-256 over these. A token places a mail; by itself it grants nothing (T5).
 */
#ifndef TRIAGED_TOKEN_H
#define TRIAGED_TOKEN_H

#include <glib.h>

enum { TOKEN_CHARS = 40, TOKEN_NEVER = 0 };

enum token_class {
	TOKEN_AGENT = 1,    /* an agent's reply address; number: ticket */
	TOKEN_CUSTOMER = 2, /* a customer's reply address; number: ticket */
	TOKEN_MESSAGE = 3,  /* Message-ID that customers see; number: ticket */
	TOKEN_NOTICE = 4,   /* Message-ID that only our people see; number: ticket */
	TOKEN_BOUNCE = 5,   /* return path; number: outbox row */
};

struct token {
	enum token_class class;
	guint32 number;
	guint32 person;	 /* 0: nobody in particular */
	guint32 expires; /* day since 1970, 0: never */
};

struct tokens;

/* `bytes`: lines of "id hex", id 0 to 15; the first key signs, all verify. */
struct tokens *tokens_new(GBytes *bytes, GError **error);
void tokens_free(struct tokens *tokens);

/* TOKEN_CHARS characters. Caller frees. */
char *token_make(const struct tokens *tokens, const struct token *token);
/* Exactly TOKEN_CHARS characters at `text`, any case. FALSE for everything that is not ours, expired or
 * altered; compared in constant time. `today`: day since 1970. */
gboolean token_read(const struct tokens *tokens, const char *text, guint32 today, struct token *token);

/* "support+t…@example.com": the token of a reply address. `address` is the mailbox's, `separator` its plus.
 * Caller frees. */
char *token_address(
    const struct tokens *tokens, const char *address, char separator, const struct token *token);
/* The token in such an address, whatever its mailbox. One that was made for a Message-ID is none here, and
 * the other way round: `number` means a ticket in one class and an outbox row in another. */
gboolean token_in_address(
    const struct tokens *tokens, const char *address, guint32 today, struct token *token);
/* "t….serial@domain". Caller frees. */
char *token_message_id(
    const struct tokens *tokens, const char *domain, gint64 serial, const struct token *token);
gboolean token_in_message_id(const struct tokens *tokens, const char *id, guint32 today, struct token *token);

/* Replaces everything in `text` that looks like a token (with its address or Message-ID around it) so that
 * none travels on. Caller frees. */
char *token_scrub(const struct tokens *tokens, const char *text);

#endif
