/* backup: a copy of the store that can be trusted, while the desk works on or does not run. */
#include "config.h"

#include "ctl/ctl.h"

#include "ctl/print.h"

#include <sys/stat.h>
#include <sysexits.h>

static int
say(struct ctl *ctl, const char *path)
{
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
	g_autofree char *size = NULL;
	JsonObject *o;
	struct stat st;

	if (stat(path, &st) != 0)
		return ctl_fail(ctl, EX_CANTCREAT, "backup %s: was written and is gone again", path);
	if (!ctl->json) {
		size = g_format_size_full((guint64)st.st_size, G_FORMAT_SIZE_IEC_UNITS);
		printf("%s: %s, checked; \"Backup\" in triaged(8) says how it is put back\n", path, size);
		return EX_OK;
	}
	o = json_object_new();
	json_object_set_string_member(o, "path", path);
	json_object_set_int_member(o, "size", st.st_size);
	json_node_take_object(node, o);
	print_json(node);
	return EX_OK;
}

int
backup(struct ctl *ctl)
{
	g_autoptr(GError) error = NULL;
	const char *path = sentence_word(&ctl->sentence, 0);

	if (!ctl_open_store(ctl))
		return ctl->status;
	umask(S_IRWXG | S_IRWXO);
	if (!store_backup(ctl->store, path, &error))
		return ctl_fail(ctl, EX_CANTCREAT, "%s; no copy was made", error->message);
	return say(ctl, path);
}
