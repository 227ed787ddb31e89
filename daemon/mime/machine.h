/* Did a machine write it? */
#ifndef TRIAGED_MACHINE_H
#define TRIAGED_MACHINE_H

#include "mime/parts.h"

struct machine_verdict {
	gboolean is_auto, is_list, is_feedback, is_receipt, suppress;
	char *why; /* the field or phrase that decided; NULL; caller frees */
};

void machine_judge(const struct parts *parts, const char *subject, struct machine_verdict *out);

#endif
