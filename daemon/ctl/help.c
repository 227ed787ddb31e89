/* help, and the two commands that have a life of their own. */
#include "config.h"

#include "ctl/check.h"
#include "ctl/ctl.h"
#include "ctl/read.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static void
say(const struct command *c)
{
	printf("triagectl %s%s%s\n        %s\n", c->words, *c->form != '\0' ? " " : "", c->form, c->purpose);
}

static void
say_around(void)
{
	puts("usage: triagectl [-c FILE] [--json] COMMAND ...\n");
	for (const struct command *c = commands; c->words != NULL; c++)
		say(c);
	puts("\n-c FILE and --json may stand anywhere; behind \"--\" nothing is an option. triagectl(1) "
	     "tells the rest.");
}

/* Is `start` the command, or the beginning of it? */
static gboolean
begins(const struct command *c, const char *start)
{
	gsize n = strlen(start);

	return strncmp(c->words, start, n) == 0 && (c->words[n] == '\0' || c->words[n] == ' ');
}

/* How many there were. */
static int
say_those(const char *start)
{
	int n = 0;

	for (const struct command *c = commands; c->words != NULL; c++)
		if (begins(c, start)) {
			say(c);
			n++;
		}
	return n;
}

int
help(struct ctl *ctl)
{
	g_autofree char *start = g_strjoinv(" ", (char **)ctl->sentence.words->pdata);

	if (*start == '\0')
		say_around();
	else if (say_those(start) == 0)
		return ctl_fail(
		    ctl, EX_USAGE, "there is no command \"%s\"; \"triagectl help\" lists them", start);
	return EX_OK;
}

int
run_read(struct ctl *ctl)
{
	return ctl_read(sentence_count(&ctl->sentence), (char **)ctl->sentence.words->pdata, ctl->json);
}

int
run_check(struct ctl *ctl)
{
	const char *file = sentence_word(&ctl->sentence, 0);
	char *words[4] = {(char *)"check"};
	int n = 1;

	if (sentence_option(&ctl->sentence, "--print") != NULL)
		words[n++] = (char *)"--print";
	words[n++] = (char *)(file != NULL ? file : ctl->conf_path);
	return ctl_check(n, words, ctl->json);
}
