/* Commands that change something: the desk does it, and answers when it is committed. */
#include "config.h"

#include "ctl/print.h"
#include "ctl/request.h"

#include <sysexits.h>

static void
say(const struct ctl *ctl, const struct answer *a)
{
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
	JsonObject *o = json_object_new();

	if (!ctl->json) {
		print_lines(stdout, "", a->text);
		json_object_unref(o);
		return;
	}
	json_object_set_int_member(o, "status", a->status);
	json_object_set_string_member(o, "text", a->text);
	json_node_take_object(node, o);
	print_json(node);
}

/* The command's words, and what stands in its holes: what triagectl did not understand is not sent. */
static char **
words_of(struct ctl *ctl)
{
	g_auto(GStrv) command = g_strsplit(ctl->command->words, " ", -1);
	GPtrArray *all = g_ptr_array_new();

	for (char **w = command; *w != NULL; w++)
		g_ptr_array_add(all, g_strdup(*w));
	for (int i = 0; i < sentence_count(&ctl->sentence); i++)
		g_ptr_array_add(all, g_strdup(sentence_word(&ctl->sentence, i)));
	g_ptr_array_add(all, NULL);
	return (char **)g_ptr_array_free(all, FALSE);
}

int
change(struct ctl *ctl)
{
	g_auto(GStrv) words = words_of(ctl);
	ANSWER_AUTO a = {0};

	if (!request_ask(ctl, words, -1, &a))
		return ctl_fail(ctl, a.status, "%s; %s", a.text,
		    a.sent ? "it is not known whether it was done" : "nothing was changed");
	if (a.status != EX_OK)
		return ctl_fail(ctl, a.status, "%s", a.text);
	say(ctl, &a);
	return EX_OK;
}
