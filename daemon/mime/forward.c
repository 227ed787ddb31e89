/*
 * Some clients forward within the text, which quote.c finds; some attach the whole mail. Of that one the
 * header was read already, and its words are read here, once: what it forwards in its turn stays closed.
 */
#include "config.h"

#include "mime/forward.h"

#include "mime/content.h"
#include "mime/words.h"

#include <string.h>

static void
add(GVariantBuilder *b, const char *key, const char *value)
{
	g_variant_builder_add(b, "{ss}", key, value != NULL ? value : "");
}

static void
add_field(GVariantBuilder *b, const char *key, const GArray *fields, const char *name)
{
	const char *value = field_get(fields, name);
	g_autofree char *text = value != NULL ? words_decode(value, "") : NULL;

	add(b, key, text);
}

static gboolean
add_found(GVariantBuilder *b, const struct quote_split *split)
{
	const struct {
		const char *key, *value;
	} rows[] = {{"from", split->fwd_from}, {"to", split->fwd_to}, {"subject", split->fwd_subject},
	    {"date", split->fwd_date}, {"text", split->fwd_text}};
	gboolean any = FALSE;

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		any |= rows[i].value != NULL && rows[i].value[0] != '\0';
	for (gsize i = 0; any && i < G_N_ELEMENTS(rows); i++)
		add(b, rows[i].key, rows[i].value);
	return any;
}

/* The only mail attached by a person; reports carry the mail they are about, digests many. NULL where there
 * is none. */
static const struct part *
only_message(const struct parts *parts)
{
	const struct part *found = NULL;

	for (guint i = 0; i < parts->parts->len; i++) {
		const struct part *part = parts->parts->pdata[i];

		if (part->report_type[0] != '\0' || strcmp(part->type, "multipart/digest") == 0)
			return NULL;
		if (strcmp(part->type, "message/rfc822") != 0 || part->fields == NULL ||
		    part->fields->len == 0)
			continue;
		if (found != NULL)
			return NULL;
		found = part;
	}
	return found;
}

static void
add_attached(GVariantBuilder *b, const struct part *part)
{
	g_autofree char *held = NULL;
	g_autoptr(parts_t) inner = parts_read(part->bytes, &held);
	struct content content;

	content_read(inner, &content);
	add_field(b, "from", part->fields, "From");
	add_field(b, "to", part->fields, "To");
	add_field(b, "subject", part->fields, "Subject");
	add_field(b, "date", part->fields, "Date");
	add(b, "text", content.text);
	content_clear(&content);
}

GVariant *
forward_read(const struct parts *parts, const struct quote_split *split)
{
	GVariantBuilder b;
	const struct part *message;

	g_variant_builder_init(&b, G_VARIANT_TYPE("a{ss}"));
	if (!add_found(&b, split) && (message = only_message(parts)) != NULL)
		add_attached(&b, message);
	return g_variant_builder_end(&b);
}
