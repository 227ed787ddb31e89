/* Every command, as it is typed, as help shows it, and as triagectl.1 lists it. */
#include "config.h"

#include "ctl/ctl.h"

#include <string.h>

const struct command commands[] = {
    {"status", "", "is everything well? Leaves with 3 where triaged does not run", NULL, NULL, status},
    {"ticket list", "[--state STATE] [--queue QUEUE] [--assignee WHO] [--customer WHO] [--all]",
	"the tickets that are not closed", ticket_list, ticket_list_show, NULL},
    {"ticket show", "TICKET", "all that is known of a ticket", ticket_show, ticket_show_show, NULL},
    {"ticket close", "TICKET", "its work is done", NULL, NULL, change},
    {"ticket reopen", "TICKET", "it is not", NULL, NULL, change},
    {"ticket hold", "TICKET", "it waits for something that is not the customer", NULL, NULL, change},
    {"ticket assign", "TICKET WHO", "give it to an agent, or to \"nobody\"", NULL, NULL, change},
    {"ticket queue", "TICKET QUEUE", "move it to another queue", NULL, NULL, change},
    {"ticket priority", "TICKET PRIORITY", "low, normal, high or urgent", NULL, NULL, change},
    {"ticket tag", "TICKET TAG", "put a tag on it", NULL, NULL, change},
    {"ticket untag", "TICKET TAG", "take a tag off it", NULL, NULL, change},
    {"ticket note", "TICKET WORD...", "write down what never leaves the team", NULL, NULL, change},
    {"why", "TICKET", "the evidence and every decision about a ticket, in order", why, why_show, NULL},
    {"search", "WORD...", "messages that have all these words", search, search_show, NULL},
    {"customer show", "ADDRESS", "a person and their tickets", customer_show, customer_show_show, NULL},
    {"mail show", "MAIL", "what became of a mail", mail_show, mail_show_show, NULL},
    {"mail raw", "MAIL", "the mail as it came, byte for byte", NULL, NULL, mail_raw},
    {"held list", "", "mails that could not be read, and why", held_list, held_list_show, NULL},
    {"held show", "MAIL", "one of them, with its header", held_show, held_show_show, NULL},
    {"held release", "MAIL", "read it again", NULL, NULL, change},
    {"held drop", "MAIL", "leave it alone for good; its bytes stay in the store", NULL, NULL, change},
    {"outbox list", "[--all]", "mails that are still to be sent, or could not be", outbox_list,
	outbox_list_show, NULL},
    {"outbox retry", "ID", "try to send one now", NULL, NULL, change},
    {"outbox cancel", "ID", "do not send it", NULL, NULL, change},
    {"inject", "[--mailbox MAILBOX] [MAILBOX]", "take in the mail on standard input", NULL, NULL, inject},
    {"read", "FILE...", "what triaged understands of mails, without a desk", NULL, NULL, run_read},
    {"check", "[--print] [FILE]", "is this configuration good?", NULL, NULL, run_check},
    {"reload", "", "check the configuration, and if it is good use it from now on", NULL, NULL, change},
    {"reconcile", "", "compare every mailbox with what was taken from it, now", NULL, NULL, change},
    {"backup", "FILE", "a checked copy of the store", NULL, NULL, backup},
    {"help", "[COMMAND...]", "these lines", NULL, NULL, help},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};

/* How many of `words` are the command's; 0 where they are others. */
static int
matches(const struct command *command, char **words)
{
	g_auto(GStrv) wanted = g_strsplit(command->words, " ", -1);
	int n = 0;

	for (; wanted[n] != NULL; n++)
		if (words[n] == NULL || strcmp(wanted[n], words[n]) != 0)
			return 0;
	return n;
}

const struct command *
command_find(char **words, int *taken)
{
	for (const struct command *c = commands; c->words != NULL; c++) {
		*taken = matches(c, words);
		if (*taken > 0)
			return c;
	}
	return NULL;
}

gboolean
command_family(const char *word)
{
	gsize n = strlen(word);

	for (const struct command *c = commands; c->words != NULL; c++)
		if (strncmp(c->words, word, n) == 0 && c->words[n] == ' ')
			return TRUE;
	return FALSE;
}
