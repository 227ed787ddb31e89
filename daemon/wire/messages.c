/* The table of messages, and the check of a packet against it. */
#include "config.h"

#include "wire/messages.h"

#include <gio/gio.h>
#include <string.h>

static const struct kind {
	const char *name;
	enum wire_role sender;
	enum wire_fd fd;
	const char *fields;
} kinds[] = {
#define M(id, sender, fd, fields) {#id, sender, fd, fields},
    WIRE_MESSAGES(M)
#undef M
};

const char *
wire_name(guint32 type)
{
	return type < WIRE_TYPES ? kinds[type].name : "?";
}

static gboolean
refuse(GError **error, const struct ipc_message *message, const char *why, const char *field)
{
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "message %s: %s%s%s",
	    wire_name(message->type), why, field ? " " : "", field ? field : "");
	return FALSE;
}

/* Checks one declared field "name:type" or "name?:type"; counts it if present. */
static gboolean
check_field(const struct ipc_message *message, const char *declared, gsize *present, GError **error)
{
	const char *colon = strchr(declared, ':');
	gboolean optional = colon[-1] == '?';
	g_autofree char *name = g_strndup(declared, (gsize)(colon - declared) - (optional ? 1 : 0));
	g_autoptr(GVariant) value = g_variant_lookup_value(message->fields, name, NULL);

	if (value == NULL)
		return optional ? TRUE : refuse(error, message, "lacks the field", name);
	(*present)++;
	if (strcmp(g_variant_get_type_string(value), colon + 1) != 0)
		return refuse(error, message, "has the wrong type in field", name);
	return TRUE;
}

gboolean
wire_check(const struct ipc_message *message, enum wire_role sender, GError **error)
{
	const struct kind *k;
	gsize present = 0;

	if (message->type >= WIRE_TYPES)
		return refuse(error, message, "is of no known type", NULL);
	k = &kinds[message->type];
	if (k->sender != sender)
		return refuse(error, message, "may not be sent by its sender", NULL);
	if ((k->fd == WIRE_FD_ONE && message->fd < 0) || (k->fd == WIRE_FD_NONE && message->fd >= 0))
		return refuse(error, message,
		    message->fd < 0 ? "lacks its descriptor" : "has a descriptor too many", NULL);
	for (const char *p = k->fields; *p != '\0';) {
		gsize n = strcspn(p, " ");
		g_autofree char *declared = g_strndup(p, n);

		if (!check_field(message, declared, &present, error))
			return FALSE;
		p += n + (p[n] == ' ' ? 1 : 0);
	}
	if (present != g_variant_n_children(message->fields))
		return refuse(error, message, "has a field that is not declared, or one twice", NULL);
	return TRUE;
}

enum ipc_result
wire_receive(int socket, enum wire_role sender, struct ipc_message *message, GError **error)
{
	enum ipc_result r = ipc_receive(socket, message, error);

	if (r != IPC_OK || wire_check(message, sender, error))
		return r;
	ipc_message_clear(message);
	return IPC_BROKEN;
}

GVariant *
wire_fields(const char *format, ...)
{
	va_list ap;
	GVariant *v;

	va_start(ap, format);
	v = g_variant_new_parsed_va(format, &ap);
	va_end(ap);
	return v;
}

GVariant *
wire_value(const struct ipc_message *message, const char *field)
{
	return g_variant_lookup_value(message->fields, field, NULL);
}

const char *
wire_string(const struct ipc_message *message, const char *field)
{
	const char *s = NULL;

	g_variant_lookup(message->fields, field, "&s", &s);
	return s;
}

guint64
wire_u64(const struct ipc_message *message, const char *field)
{
	guint32 u = 0;
	guint64 t = 0;

	if (g_variant_lookup(message->fields, field, "t", &t))
		return t;
	g_variant_lookup(message->fields, field, "u", &u);
	return u;
}

gint64
wire_i64(const struct ipc_message *message, const char *field)
{
	gint32 i = 0;
	gint64 x = 0;

	if (g_variant_lookup(message->fields, field, "x", &x))
		return x;
	g_variant_lookup(message->fields, field, "i", &i);
	return i;
}

gboolean
wire_bool(const struct ipc_message *message, const char *field)
{
	gboolean b = FALSE;

	g_variant_lookup(message->fields, field, "b", &b);
	return b;
}
