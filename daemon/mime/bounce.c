/* No bounce is recognised yet. */
#include "config.h"

#include "mime/bounce.h"

GVariant *
bounce_read(const struct parts *parts, const char *body)
{
	(void)parts;
	(void)body;
	return NULL;
}
