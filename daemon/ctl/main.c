/*
 * triagectl: finds the command in the table, puts the words into its holes, opens the store where it only
 * looks.
 *
 * Trusts: whoever typed it, and the desk as far as its packets pass wire_check. Nothing that a stranger wrote
 * reaches the terminal but as text.
 */
#include "config.h"

#include "ctl/ctl.h"
#include "ctl/print.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static int
say_version(void)
{
	puts("triagectl " PACKAGE_VERSION);
	return EX_OK;
}

/* The file behind -c, --config or --config=, where argv[*i] is one of these; else NULL. "" where it is
 * missing. */
static const char *
config_option(char **argv, int *i)
{
	if (g_str_has_prefix(argv[*i], "--config="))
		return argv[*i] + strlen("--config=");
	if (strcmp(argv[*i], "-c") != 0 && strcmp(argv[*i], "--config") != 0)
		return NULL;
	if (argv[*i + 1] == NULL)
		return "";
	return argv[++*i];
}

/* Takes out -c and --json wherever they stand before a "--"; the rest are the command's words. */
static char **
take_options(struct ctl *ctl, char **argv)
{
	GPtrArray *words = g_ptr_array_new();
	gboolean only_words = FALSE;

	for (int i = 1; argv[i] != NULL; i++) {
		const char *config = only_words ? NULL : config_option(argv, &i);

		only_words = only_words || strcmp(argv[i], "--") == 0;
		if (config != NULL)
			ctl->conf_path = config;
		else if (!only_words && strcmp(argv[i], "--json") == 0)
			ctl->json = TRUE;
		else if (!only_words && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0))
			g_ptr_array_insert(words, 0, (gpointer) "help");
		else
			g_ptr_array_add(words, argv[i]);
	}
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(words, FALSE);
}

static int
look(struct ctl *ctl)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(JsonNode) answer = NULL;

	if (!ctl_open_store(ctl))
		return ctl->status;
	store_look_begin(ctl->store);
	answer = ctl->command->look(ctl);
	if (!store_look_end(ctl->store, &error))
		return ctl_fail(ctl, EX_UNAVAILABLE, "%s", error->message);
	if (answer == NULL)
		return ctl->status;
	if (ctl->json)
		print_json(answer);
	else
		ctl->command->show(answer);
	return EX_OK;
}

static int
no_command(struct ctl *ctl)
{
	g_autofree char *said = g_strjoinv(" ", ctl->words);

	if (*said == '\0')
		return ctl_fail(ctl, EX_USAGE, "which command? \"triagectl help\" lists them");
	return ctl_fail(ctl, EX_USAGE, "there is no command \"%s\"; \"triagectl help%s%s\" lists them", said,
	    command_family(ctl->words[0]) ? " " : "", command_family(ctl->words[0]) ? ctl->words[0] : "");
}

static int
run(struct ctl *ctl)
{
	g_autofree char *trouble = NULL;
	int taken;
	int left;

	ctl->command = command_find(ctl->words, &taken);
	if (ctl->command == NULL)
		return no_command(ctl);
	left = (int)g_strv_length(ctl->words) - taken;
	if (!sentence_parse(ctl->command->form, left, ctl->words + taken, &ctl->sentence, &trouble))
		return ctl_fail(ctl, EX_USAGE, "%s\nusage: triagectl %s %s", trouble, ctl->command->words,
		    ctl->command->form);
	return ctl->command->look != NULL ? look(ctl) : ctl->command->run(ctl);
}

/* A mail server that hands us a mail keeps it for 75, and sends it back to the customer for any other
 * failure. What was committed is taken, whatever became of standard output. */
static int
final_status(const struct ctl *ctl, int status)
{
	gboolean written = fflush(stdout) == 0 && !ferror(stdout);

	if (ctl->words[0] != NULL && strcmp(ctl->words[0], "inject") == 0)
		return status == EX_OK ? EX_OK : EX_TEMPFAIL;
	return status == EX_OK && !written ? EX_IOERR : status;
}

/* A descriptor that we open must not become standard output by being the lowest one free. What nobody opened
 * cannot be read or written. */
static gboolean
keep_standard(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return FALSE;
	return TRUE;
}

int
main(int argc, char **argv)
{
	struct ctl ctl = {.conf_path = getenv("TRIAGED_CONF")};
	g_autofree char **words = NULL;
	int status;

	(void)argc;
	if (!keep_standard())
		return EX_TEMPFAIL;
	setlocale(LC_TIME, "");
	if (ctl.conf_path == NULL || *ctl.conf_path == '\0')
		ctl.conf_path = TRIAGED_SYSCONFDIR "/triaged.conf";
	words = ctl.words = take_options(&ctl, argv);
	if (words[0] != NULL && strcmp(words[0], "--version") == 0)
		return say_version();
	status = run(&ctl);
	ctl_clear(&ctl);
	return final_status(&ctl, status);
}
