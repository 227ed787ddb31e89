/* The table of words. test-conf walks it: a row that no test uses is a failure. */
#include "config.h"

#include "conf/words.h"

#include "base/clock.h"
#include "conf/grammar.h"

#include <stddef.h>
#include <string.h>

#define AT(type, field) .offset = offsetof(struct type, field)

static const struct range largest_mail = {MEASURE_SIZE, "mail", 1024, 64 << 20, "1K to 64M"};
static const struct range reopen = {MEASURE_TIME, "within", 0, (gint64)3650 * CLOCK_DAY, "0d to 3650d"};
static const struct range readers = {MEASURE_COUNT, NULL, 0, 256, "0 to 256"};
static const struct range poll_every = {MEASURE_TIME, NULL, CLOCK_SECOND, CLOCK_DAY, "1s to 1d"};

static const struct choice sandbox[] = {
    {"require", TRUE, FALSE, 0},
    {"prefer", FALSE, FALSE, 0},
    {NULL, 0, FALSE, 0},
};

static const struct choice done[] = {
    {"keep", CONF_DONE_KEEP, FALSE, 0},
    {"flag", CONF_DONE_FLAG, FALSE, 0},
    {"move", CONF_DONE_MOVE, TRUE, offsetof(struct conf_mailbox, done_folder)},
    {"delete", CONF_DONE_DELETE, FALSE, 0},
    {NULL, 0, FALSE, 0},
};

/* Rows of one word for several blocks stand together. */
static const struct word table[] = {
    {"desk", IN_TOP, T_BLOCK, .takes = TAKES_TEXT, .once = TRUE, .opens = IN_DESK, .set = open_desk,
	.example = "\"Acme Support\" { ... }"},
    {"mailbox", IN_TOP, T_BLOCK, .takes = TAKES_WORD, .opens = IN_MAILBOX, .set = open_mailbox,
	.example = "support { ... }"},
    {"relay", IN_TOP, T_BLOCK, .takes = TAKES_WORD, .opens = IN_RELAY, .set = open_relay,
	.example = "main { ... }"},
    {"relay", IN_MAILBOX, T_VALUE, .takes = TAKES_WORD, .once = TRUE, .set = set_relay, .example = "main"},
    {"queue", IN_TOP, T_BLOCK, .takes = TAKES_WORD, .opens = IN_QUEUE, .set = open_queue,
	.example = "general { ... }"},
    {"queue", IN_MAILBOX, T_VALUE, .takes = TAKES_WORD, .once = TRUE, .set = set_queue, .example = "general"},
    {"team", IN_TOP, T_BLOCK, .takes = TAKES_WORD, .opens = IN_TEAM, .set = open_team,
	.example = "first { ... }"},
    {"team", IN_QUEUE, T_LIST, .takes = TAKES_WORD, .set = set_team, .example = "first, second"},
    {"trust", IN_TOP, T_LIST, .takes = TAKES_WORD | TAKES_TEXT, .set = set_trust,
	.example = "mx.example.com"},
    {"include", IN_TOP, T_INCLUDE, .takes = TAKES_TEXT, .example = "\"filters/*.rules\""},

    /* desk */
    {"store", IN_DESK, T_VALUE, .takes = TAKES_TEXT, .once = TRUE, AT(conf, store), .set = set_path,
	.example = "\"desk.db\""},
    {"keys", IN_DESK, T_VALUE, .takes = TAKES_TEXT, .once = TRUE, AT(conf, keys), .set = set_path,
	.example = "\"keys\""},
    {"control", IN_DESK, T_VALUE, .takes = TAKES_TEXT, .once = TRUE, AT(conf, control), .set = set_control,
	.example = "\"control\""},
    {"user", IN_DESK, T_VALUE, .takes = TAKES_WORD | TAKES_TEXT, .once = TRUE, AT(conf, user),
	.set = set_account, .example = "\"triaged\""},
    {"user", IN_MAILBOX | IN_RELAY, T_OPTION, .takes = TAKES_WORD | TAKES_TEXT | TAKES_ADDRESS,
	AT(conf_server, user), .set = set_user, .example = "support@example.com"},
    {"group", IN_DESK, T_VALUE, .takes = TAKES_WORD | TAKES_TEXT, .once = TRUE, AT(conf, group),
	.set = set_account, .example = "\"triaged\""},
    {"postmaster", IN_DESK, T_VALUE, .takes = TAKES_ADDRESS, .once = TRUE, AT(conf, postmaster),
	.set = set_postmaster, .example = "admin@example.com"},
    {"largest", IN_DESK, T_AMOUNT, .once = TRUE, AT(conf, largest_mail), .range = &largest_mail,
	.example = "mail 35M"},
    {"reopen", IN_DESK, T_AMOUNT, .once = TRUE, AT(conf, reopen_within), .range = &reopen,
	.example = "within 30d"},
    {"readers", IN_DESK, T_AMOUNT, .once = TRUE, AT(conf, readers), .range = &readers, .example = "2"},
    {"sandbox", IN_DESK, T_CHOICE, .once = TRUE, AT(conf, sandbox_required), .choices = sandbox,
	.example = "require"},
    {"ca-file", IN_DESK, T_VALUE, .takes = TAKES_TEXT, .once = TRUE, .set = set_ca_file,
	.example = "\"ca.pem\""},
    {"ca-file", IN_MAILBOX | IN_RELAY, T_OPTION, .takes = TAKES_TEXT, AT(conf_server, ca_file),
	.set = set_server_ca, .example = "\"ca.pem\""},

    /* mailbox and relay */
    {"address", IN_MAILBOX, T_LIST, .takes = TAKES_ADDRESS, .set = set_address,
	.example = "support@example.com"},
    {"name", IN_MAILBOX, T_VALUE, .takes = TAKES_TEXT, .once = TRUE, AT(conf_mailbox, display),
	.set = set_title, .example = "\"Acme Billing\""},
    {"imap", IN_MAILBOX, T_SERVER, .once = TRUE, .set = server_of_imap,
	.example = "tls imap.example.com user support password-file \"support.secret\""},
    {"smtp", IN_MAILBOX, T_SERVER, .once = TRUE, .set = server_of_mailbox,
	.example = "starttls smtp.example.com user support password-file \"support.secret\""},
    {"smtp", IN_RELAY, T_SERVER, .once = TRUE, .set = server_of_relay,
	.example = "starttls smtp.example.com user support password-file \"support.secret\""},
    {"password-file", IN_MAILBOX | IN_RELAY, T_OPTION, .takes = TAKES_TEXT,
	.value = CONF_SECRET_PASSWORD_FILE, .set = set_secret, .example = "\"support.secret\""},
    {"password-command", IN_MAILBOX | IN_RELAY, T_OPTION, .takes = TAKES_TEXT,
	.value = CONF_SECRET_PASSWORD_COMMAND, .set = set_secret, .example = "\"pass show support\""},
    {"token-command", IN_MAILBOX | IN_RELAY, T_OPTION, .takes = TAKES_TEXT,
	.value = CONF_SECRET_TOKEN_COMMAND, .set = set_secret, .example = "\"oauth-token support\""},
    {"folder", IN_MAILBOX, T_VALUE, .takes = TAKES_TEXT, .once = TRUE, AT(conf_mailbox, folder),
	.set = set_title, .example = "\"INBOX\""},
    {"done", IN_MAILBOX, T_CHOICE, .once = TRUE, AT(conf_mailbox, done), .choices = done,
	.example = "move \"Processed\""},
    {"poll", IN_MAILBOX, T_AMOUNT, .once = TRUE, AT(conf_mailbox, poll), .range = &poll_every,
	.example = "60s"},
    {"separator", IN_MAILBOX, T_VALUE, .takes = TAKES_TEXT, .once = TRUE, .set = set_separator,
	.example = "\"+\""},

    /* team */
    {"agent", IN_TEAM, T_PERSON, .value = CONF_AGENT, .example = "agent1@example.com \"Jana\""},
    {"manager", IN_TEAM, T_PERSON, .value = CONF_MANAGER, .example = "lead@example.com \"Peter\""},
};

const struct word *
words_find(guint in, const char *text)
{
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
		if ((table[i].in & in) && strcmp(table[i].word, text) == 0)
			return &table[i];
	return NULL;
}

const struct word *
words_all(gsize *count)
{
	*count = G_N_ELEMENTS(table);
	return table;
}

const char *
words_block(guint in)
{
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
		if (table[i].opens & in)
			return table[i].word;
	return "the file";
}
