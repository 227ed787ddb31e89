/* Nothing is composed yet. */
#include "config.h"

#include "mime/compose.h"

GBytes *
compose_mail(GVariant *head, GBytes *raw, gboolean *eight_bit, gboolean *utf8, char **failed)
{
	(void)head;
	(void)raw;
	*eight_bit = *utf8 = FALSE;
	*failed = g_strdup("this reader cannot compose");
	return NULL;
}
