/* Auto-Submitted alone (RFC 3834 section 5). */
#include "config.h"

#include "mime/machine.h"

void
machine_judge(const struct parts *parts, const char *subject, struct machine_verdict *out)
{
	const char *value = field_get(parts->fields, "Auto-Submitted");

	(void)subject;
	*out = (struct machine_verdict){.is_auto = value != NULL && g_ascii_strncasecmp(value, "no", 2) != 0};
	if (out->is_auto)
		out->why = g_strdup("Auto-Submitted");
}
