/* The mail structure between reader and desk: made in one place, checked in one place. */
#include "config.h"

#include "wire/mail.h"

#include <gio/gio.h>
#include <string.h>

static const struct {
	const char *name;
	const char *type;
} fields[] = {
#define F(name, type) {#name, type},
    MAIL_FIELDS(F)
#undef F
};

struct mail_maker {
	GVariant *values[MAIL_FIELD_COUNT];
};

struct mail {
	GVariant *dictionary;
	GVariant *values[MAIL_FIELD_COUNT];
};

struct mail_maker *
mail_maker_new(void)
{
	return g_new0(struct mail_maker, 1);
}

void
mail_put(struct mail_maker *maker, enum mail_field field, GVariant *value)
{
	g_assert(g_variant_is_of_type(value, G_VARIANT_TYPE(fields[field].type)));
	if (maker->values[field] != NULL)
		g_variant_unref(maker->values[field]);
	maker->values[field] = g_variant_ref_sink(value);
}

void
mail_put_string(struct mail_maker *maker, enum mail_field field, const char *value)
{
	mail_put(maker, field, g_variant_new_string(value != NULL ? value : ""));
}

static GVariant *
empty_value(const char *type)
{
	switch (type[0]) {
	case 's':
		return g_variant_new_string("");
	case 'b':
		return g_variant_new_boolean(FALSE);
	case 'x':
		return g_variant_new_int64(0);
	default:
		return g_variant_new_array(G_VARIANT_TYPE(type + 1), NULL, 0);
	}
}

/* How many bytes a framing offset takes in a container of `body` bytes with `count` of them. */
static gsize
offset_size(gsize body, gsize count)
{
	return body + count <= G_MAXUINT8 ? 1 : body + 2 * count <= G_MAXUINT16 ? 2 : 4;
}

static guint8 *
put_bytes(guint8 *at, const void *bytes, gsize n)
{
	memcpy(at, bytes, n);
	return at + n;
}

static guint8 *
put_offset(guint8 *at, gsize offset, gsize size)
{
	guint32 little = GUINT32_TO_LE((guint32)offset);

	return put_bytes(at, &little, size);
}

/* Zeroes up to the next multiple of eight. */
static guint8 *
align(guint8 *at, const guint8 *start)
{
	while ((at - start) % 8 != 0)
		*at++ = 0;
	return at;
}

/* Name, value, type of the value, and where the name ends. */
static guint8 *
put_entry(guint8 *start, int field, GVariant *value)
{
	const char *name = fields[field].name, *type = fields[field].type;
	gsize end = strlen(name) + 1;
	guint8 *at = align(put_bytes(start, name, end), start);

	g_variant_store(value, at);
	at += g_variant_get_size(value);
	*at++ = 0;
	at = put_bytes(at, type, strlen(type));
	return put_offset(at, end, offset_size((gsize)(at - start), 1));
}

enum { ENTRY_MAX = 64 }; /* bytes an entry takes beside its value: name, type, offsets, zeroes */

/* The dictionary is written as GLib would write it (its GVariant specification, section 2), but in one pass:
 * a tree of boxed entries is a quarter of the cost of an ordinary mail. */
GBytes *
mail_maker_end(struct mail_maker *maker)
{
	gsize ends[MAIL_FIELD_COUNT], room = 0, size;
	guint8 *start, *at;

	for (int i = 0; i < MAIL_FIELD_COUNT; i++) {
		if (maker->values[i] == NULL)
			maker->values[i] = g_variant_ref_sink(empty_value(fields[i].type));
		room += ENTRY_MAX + g_variant_get_size(maker->values[i]);
	}
	start = at = g_malloc(room);
	for (int i = 0; i < MAIL_FIELD_COUNT; i++) {
		at = put_entry(align(at, start), i, maker->values[i]);
		ends[i] = (gsize)(at - start);
		g_variant_unref(maker->values[i]);
	}
	g_free(maker);
	size = offset_size((gsize)(at - start), MAIL_FIELD_COUNT);
	for (int i = 0; i < MAIL_FIELD_COUNT; i++)
		at = put_offset(at, ends[i], size);
	return g_bytes_new_take(start, (gsize)(at - start));
}

/* The children come in the table's order, so that one walk finds and checks them all. */
struct mail *
mail_open(GBytes *bytes, GError **error)
{
	MAIL_AUTO *mail = g_new0(struct mail, 1);
	gsize n;

	mail->dictionary = g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE_VARDICT, bytes, FALSE));
	n = g_variant_is_normal_form(mail->dictionary) ? g_variant_n_children(mail->dictionary) : 0;
	if (n != MAIL_FIELD_COUNT) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
		    "a mail structure with %zu fields instead of %d", n, MAIL_FIELD_COUNT);
		return NULL;
	}
	for (gsize i = 0; i < n; i++) {
		/* Step by step: a format string would be parsed for each field of each mail. */
		g_autoptr(GVariant) entry = g_variant_get_child_value(mail->dictionary, i);
		g_autoptr(GVariant) key = g_variant_get_child_value(entry, 0);
		g_autoptr(GVariant) boxed = g_variant_get_child_value(entry, 1);

		mail->values[i] = g_variant_get_variant(boxed);
		if (strcmp(g_variant_get_string(key, NULL), fields[i].name) == 0 &&
		    strcmp(g_variant_get_type_string(mail->values[i]), fields[i].type) == 0)
			continue;
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
		    "field %zu of a mail structure is not %s:%s", i, fields[i].name, fields[i].type);
		return NULL;
	}
	return g_steal_pointer(&mail);
}

void
mail_free(struct mail *mail)
{
	if (mail == NULL)
		return;
	for (int i = 0; i < MAIL_FIELD_COUNT; i++)
		if (mail->values[i] != NULL)
			g_variant_unref(mail->values[i]);
	g_variant_unref(mail->dictionary);
	g_free(mail);
}

void
mail_cleanup(struct mail **mail)
{
	mail_free(*mail);
}

const char *
mail_string(const struct mail *mail, enum mail_field field)
{
	return g_variant_get_string(mail->values[field], NULL);
}

gboolean
mail_flag(const struct mail *mail, enum mail_field field)
{
	return g_variant_get_boolean(mail->values[field]);
}

gint64
mail_number(const struct mail *mail, enum mail_field field)
{
	return g_variant_get_int64(mail->values[field]);
}

GVariant *
mail_value(const struct mail *mail, enum mail_field field)
{
	return mail->values[field];
}
