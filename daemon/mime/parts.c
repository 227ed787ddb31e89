/*
 * A mail taken apart. GMime finds the parts; everything else is ours: the top header (GMime is shown only the
 * fields named Content-*, so that no address or date of a stranger reaches its parsers), parameters,
 * decoding, charsets, names. A mail within a mail is a leaf: GMime is told so, and never opens it. The parser
 * and its buffer serve all mails.
 */
#include "config.h"

#include "mime/charset.h"
#include "mime/decode.h"
#include "mime/field.h"
#include "mime/html.h"
#include "mime/param.h"
#include "mime/parts.h"
#include "mime/prescan.h"
#include "mime/text.h"
#include "mime/words.h"

#include <gmime/gmime.h>
#include <string.h>

/* Registering a type anew, below, drops what GMime registered at its start. */
#ifdef TRIAGED_SANITIZED
#include <sanitizer/lsan_interface.h>
#define LEAKS_ALLOWED(call) (__lsan_disable(), call, __lsan_enable())
#else
#define LEAKS_ALLOWED(call) call
#endif

enum {
	NAME_MAX_CHARACTERS = 120,
	BUFFER_KEPT = 4 * 1024 * 1024, /* bytes of the buffer that are kept for the next mail */
};

static GMimeParser *parser;
static GMimeParserOptions *options;
static GByteArray *buffer; /* what GMime reads: our fields and the body */

static const char *const messages[] = {"rfc822", "rfc2822", "global", "news"};

void
parts_init(void)
{
	if (parser != NULL)
		return;
	LEAKS_ALLOWED(g_mime_init());
	charset_init();
	for (gsize i = 0; i < G_N_ELEMENTS(messages); i++)
		g_mime_object_register_type("message", messages[i], GMIME_TYPE_PART);
	options = g_mime_parser_options_new();
	g_mime_parser_options_set_rfc2047_compliance_mode(options, GMIME_RFC_COMPLIANCE_LOOSE);
	parser = g_mime_parser_new();
	buffer = g_byte_array_new();
}

static const char *
keep(struct parts *parts, const char *s)
{
	return s != NULL ? g_string_chunk_insert(parts->strings, s) : "";
}

/* The bytes; "" and not NULL where there are none. */
static const char *
bytes_of(GBytes *bytes, gsize *n)
{
	const char *p = g_bytes_get_data(bytes, n);

	return p != NULL ? p : "";
}

static void
part_free(gpointer data)
{
	struct part *part = data;

	if (part->bytes != NULL)
		g_bytes_unref(part->bytes);
	if (part->fields != NULL)
		g_array_unref(part->fields);
	g_free((char *)part->text);
	g_free(part);
}

static struct parts *
parts_new(void)
{
	struct parts *parts = g_new0(struct parts, 1);

	parts->strings = g_string_chunk_new(4096);
	parts->fields = g_array_sized_new(FALSE, FALSE, sizeof(struct field), 32);
	parts->parts = g_ptr_array_new_with_free_func(part_free);
	parts->marks = g_ptr_array_new_with_free_func(g_free);
	return parts;
}

void
parts_free(struct parts *parts)
{
	if (parts == NULL)
		return;
	g_array_unref(parts->fields);
	g_ptr_array_unref(parts->parts);
	g_ptr_array_unref(parts->marks);
	g_string_chunk_free(parts->strings);
	g_free(parts);
}

/* A file name that is safe to show and to save: no folders, no controls, no change of direction, no hidden
 * file. `name` is consumed. */
static char *
clean_name(char *name)
{
	char *line = text_line(name);
	char *start = line;

	if (g_ascii_isalpha(line[0]) && line[1] == ':' && line[2] == '\\' && strrchr(line, '\\')[1] != '\0')
		start = strrchr(line, '\\') + 1;
	start += strspn(start, "./\\ ");
	for (char *p = start; *p != '\0'; p++)
		if (*p == '/' || *p == '\\')
			*p = '_';
	if (g_utf8_strlen(start, -1) > NAME_MAX_CHARACTERS) { /* the ending tells the type: it stays */
		const char *dot = strrchr(start, '.');
		g_autofree char *ending = dot != NULL && strlen(dot) < 12 ? g_strdup(dot) : g_strdup("");
		g_autofree char *head =
		    g_utf8_substring(start, 0, NAME_MAX_CHARACTERS - (glong)g_utf8_strlen(ending, -1));

		g_free(line);
		return g_strconcat(head, ending, NULL);
	}
	start = g_strdup(start);
	g_free(line);
	return start;
}

/* Value of a part's field, unfolded; NULL where absent. Caller frees. */
static char *
header_get(GMimeHeaderList *list, const char *name)
{
	GMimeHeader *header = g_mime_header_list_get_header(list, name);
	const char *raw = header != NULL ? g_mime_header_get_raw_value(header) : NULL;
	char *value, *o;

	if (raw == NULL)
		return NULL;
	value = o = g_malloc(strlen(raw) + 1);
	for (const char *p = raw; *p != '\0'; p++)
		if (*p != '\r' && *p != '\n')
			*o++ = *p;
	*o = '\0';
	return g_strstrip(value);
}

static gboolean
is_printable(const char *s)
{
	while (*s > ' ' && *s < 127)
		s++;
	return *s == '\0';
}

/* "text" alone, nothing at all, or no type: plain text (RFC 2045 section 5.2). */
static const char *
type_of(GMimeObject *object, const struct param_value *declared)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);

	if (strchr(declared->value, '/') != NULL)
		return is_printable(declared->value) ? declared->value : "application/octet-stream";
	if (declared->value[0] == '\0' && type != NULL &&
	    g_mime_content_type_is_type(type, "message", "rfc822"))
		return "message/rfc822"; /* in a digest: RFC 2046 section 5.1.5 */
	return "text/plain";
}

static char *
get_name(const struct param_value *disposition, const struct param_value *type, const char *charset)
{
	char *name = param_get(disposition, "filename", charset);

	if (name == NULL || name[0] == '\0') {
		g_free(name);
		name = param_get(type, "name", charset);
	}
	if (name == NULL || name[0] == '\0') {
		g_free(name);
		name = param_get(type, "filename", charset);
	}
	return name != NULL ? clean_name(name) : NULL;
}

static const char *
keep_param(struct parts *parts, const struct param_value *value, const char *name)
{
	g_autofree char *s = param_get(value, name, "");
	g_autofree char *lower = s != NULL ? g_ascii_strdown(s, -1) : NULL;

	return keep(parts, lower);
}

static void
read_type(struct parts *parts, struct part *part, const struct param_value *type)
{
	g_autofree char *charset = param_get(type, "charset", "");

	part->charset = keep(parts, charset);
	part->report_type = keep_param(parts, type, "report-type");
	part->smime_type = keep_param(parts, type, "smime-type");
	part->method = keep_param(parts, type, "method");
	if (strcmp(part->type, "text/plain") == 0) {
		part->flowed = strcmp(keep_param(parts, type, "format"), "flowed") == 0;
		part->delsp = strcmp(keep_param(parts, type, "delsp"), "yes") == 0;
	}
}

static struct part *
part_new(struct parts *parts, GMimeObject *object, int parent)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	struct part *part = g_new0(struct part, 1);
	g_autofree char *type_field = header_get(list, "Content-Type");
	g_autofree char *disposition_field = header_get(list, "Content-Disposition");
	g_autofree char *cid = header_get(list, "Content-ID");
	g_autofree char *name = NULL;
	struct param_value type, disposition;

	param_parse(type_field, &type);
	param_parse(disposition_field, &disposition);
	part->index = (int)parts->parts->len;
	part->parent = parent;
	part->type = keep(parts, type_of(object, &type));
	read_type(parts, part, &type);
	name = get_name(&disposition, &type, part->charset);
	part->name = keep(parts, name);
	part->disposition = disposition.value[0] == '\0' ? ""
			    : strcmp(disposition.value, "inline") == 0
				? "inline"
				: "attachment"; /* RFC 2183 section 2.8 */
	part->cid =
	    keep(parts, cid != NULL && is_printable(cid) ? g_strstrip(g_strdelimit(cid, "<>", ' ')) : NULL);
	part->used = "";
	param_clear(&type);
	param_clear(&disposition);
	g_ptr_array_add(parts->parts, part);
	return part;
}

static gboolean
is_message(const char *type)
{
	return g_str_has_prefix(type, "message/") &&
	       (g_strv_contains((const char *const[]){"rfc822", "rfc2822", "global", "news", NULL},
		   type + strlen("message/")));
}

/* The header of a mail within, and a name for it from its subject. */
static void
read_message(struct parts *parts, struct part *part)
{
	gsize n;
	const char *bytes = bytes_of(part->bytes, &n);
	gsize begin = field_begin(bytes, n);
	const char *subject;

	part->fields = g_array_new(FALSE, FALSE, sizeof(struct field));
	field_read(bytes + begin, n - begin, parts->strings, part->fields, NULL, NULL);
	subject = field_get(part->fields, "Subject");
	if (part->name[0] == '\0' && subject != NULL && is_message(part->type)) {
		g_autofree char *title = words_decode(subject, "");
		g_autofree char *name =
		    clean_name(g_strconcat(title[0] != '\0' ? title : "message", ".eml", NULL));

		part->name = keep(parts, name);
	}
}

static void
read_text(struct parts *parts, struct part *part)
{
	gsize n, length;
	const char *bytes = bytes_of(part->bytes, &n);
	g_autofree char *used = NULL;
	g_autofree char *meta = NULL;
	char *utf8;

	if (n > PARTS_TEXT_MAX) {
		g_ptr_array_add(parts->marks,
		    g_strdup_printf("text of part %d read up to %d bytes", part->index, PARTS_TEXT_MAX));
		n = PARTS_TEXT_MAX;
		while (n > 0 && ((guchar)bytes[n] & 0xc0) == 0x80 && PARTS_TEXT_MAX - n < 4)
			n--;
	}
	if (strcmp(part->type, "text/html") == 0 && !charset_known(part->charset))
		meta = html_charset(bytes, n);
	utf8 = charset_decode(bytes, n, meta != NULL ? meta : part->charset, &length, &used);
	part->used = keep(parts, used);
	if (g_str_has_prefix(utf8, "\xef\xbb\xbf"))
		memmove(utf8, utf8 + 3, length -= 3);
	part->text = text_clean(utf8, length);
}

static void
read_leaf(struct parts *parts, struct part *part, GBytes *bytes)
{
	part->leaf = TRUE;
	part->bytes = bytes;
	if (is_message(part->type) || strcmp(part->type, "text/rfc822-headers") == 0)
		read_message(parts, part);
	if (g_str_has_prefix(part->type, "text/") ||
	    (g_str_has_prefix(part->type, "message/") && !is_message(part->type)))
		read_text(parts, part);
}

/* The bytes of a leaf lie in our buffer; GMime only knows from where to where. */
static GBytes *
leaf_bytes(GMimeObject *object)
{
	GMimeDataWrapper *content =
	    GMIME_IS_PART(object) ? g_mime_part_get_content(GMIME_PART(object)) : NULL;
	GMimeStream *stream = content != NULL ? g_mime_data_wrapper_get_stream(content) : NULL;
	g_autofree char *encoding =
	    header_get(g_mime_object_get_header_list(object), "Content-Transfer-Encoding");
	gint64 end;

	if (stream == NULL || !GMIME_IS_STREAM_MEM(stream) || GMIME_STREAM_MEM(stream)->buffer != buffer)
		return g_bytes_new_static("", 0);
	end = stream->bound_end >= 0 ? stream->bound_end : (gint64)buffer->len;
	return decode_bytes(
	    encoding, (const char *)buffer->data + stream->bound_start, (gsize)(end - stream->bound_start));
}

/* A multipart in which no part was found (no boundary, or one that never comes): what is there is shown as
 * text. */
static void
read_boundless(struct parts *parts, struct part *part, GMimeMultipart *multipart)
{
	const char *text = g_mime_multipart_get_prologue(multipart);

	if (text == NULL)
		text = "";
	part->type = "text/plain";
	read_leaf(parts, part, g_bytes_new(text, strlen(text)));
	g_ptr_array_add(parts->marks, g_strdup("multipart without parts read as text"));
}

struct frame {
	GMimeMultipart *multipart;
	int next;  /* child */
	int index; /* of its part */
};

/* One object; pushes it if it has children. FALSE: too deep. */
static gboolean
visit(struct parts *parts, GMimeObject *object, int parent, struct frame *stack, int *depth)
{
	struct part *part = part_new(parts, object, parent);

	if (!GMIME_IS_MULTIPART(object)) {
		read_leaf(parts, part, leaf_bytes(object));
		return TRUE;
	}
	if (g_mime_multipart_get_count(GMIME_MULTIPART(object)) == 0) {
		read_boundless(parts, part, GMIME_MULTIPART(object));
		return TRUE;
	}
	if (*depth == PARTS_DEPTH_MAX)
		return FALSE;
	stack[(*depth)++] = (struct frame){GMIME_MULTIPART(object), 0, part->index};
	return TRUE;
}

static char *
walk(struct parts *parts, GMimeObject *top)
{
	struct frame stack[PARTS_DEPTH_MAX];
	int depth = 0;

	visit(parts, top, -1, stack, &depth);
	while (depth > 0) {
		struct frame *f = &stack[depth - 1];

		if (f->next == g_mime_multipart_get_count(f->multipart)) {
			depth--;
			continue;
		}
		if (parts->parts->len == PARTS_MAX)
			return g_strdup_printf("more than %d parts", PARTS_MAX);
		if (!visit(
			parts, g_mime_multipart_get_part(f->multipart, f->next++), f->index, stack, &depth))
			return g_strdup_printf("parts nested deeper than %d", PARTS_DEPTH_MAX);
	}
	return NULL;
}

/* GMime sees a header of ours, the Content fields as they came, and the body. */
static GMimeObject *
parse(const GString *content, const char *body, gsize n)
{
	static const char first[] = "MIME-Version: 1.0\n";
	GMimeStream *stream;
	GMimeObject *object;

	g_byte_array_set_size(buffer, 0);
	g_byte_array_append(buffer, (const guint8 *)first, sizeof first - 1);
	g_byte_array_append(buffer, (const guint8 *)content->str, (guint)content->len);
	if (content->len > 0 && content->str[content->len - 1] != '\n')
		g_byte_array_append(buffer, (const guint8 *)"\n", 1);
	g_byte_array_append(buffer, (const guint8 *)"\n", 1);
	g_byte_array_append(buffer, (const guint8 *)body, (guint)n);
	stream = g_mime_stream_mem_new_with_byte_array(buffer);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	g_mime_parser_init_with_stream(parser, stream);
	g_object_unref(stream);
	object = g_mime_parser_construct_part(parser, options);
	return object;
}

static char *
read_body(struct parts *parts, const GString *content, const char *body, gsize n)
{
	char *why = prescan(content->str, content->len);
	GMimeObject *top;

	if (why == NULL)
		why = prescan(body, n);
	if (why != NULL)
		return why;
	top = parse(content, body, n);
	if (top == NULL)
		return g_strdup("its MIME structure cannot be read");
	why = walk(parts, top);
	g_object_unref(top);
	if (buffer->len > BUFFER_KEPT) {
		g_byte_array_unref(buffer);
		buffer = g_byte_array_new();
	}
	return why;
}

/* Some old programs end lines with CR alone; then there is no LF at all. */
static GBytes *
with_line_ends(GBytes *raw, struct parts *parts)
{
	gsize n;
	const char *bytes = bytes_of(raw, &n);
	char *copy;

	if (n == 0 || memchr(bytes, '\n', n) != NULL || memchr(bytes, '\r', n) == NULL)
		return g_bytes_ref(raw);
	copy = g_memdup2(bytes, n);
	for (gsize i = 0; i < n; i++)
		if (copy[i] == '\r')
			copy[i] = '\n';
	g_ptr_array_add(parts->marks, g_strdup("lines ended by CR alone"));
	return g_bytes_new_take(copy, n);
}

static char *
excess_reason(struct parts *parts, int excess)
{
	if (excess & FIELD_EXCESS_LENGTH)
		g_ptr_array_add(
		    parts->marks, g_strdup_printf("a field read up to %d bytes", FIELD_LENGTH_MAX));
	if (excess & FIELD_EXCESS_FIELDS)
		return g_strdup_printf("more than %d header fields", FIELD_MAX);
	if (excess & FIELD_EXCESS_HEADER)
		return g_strdup_printf("the header is longer than %d bytes", FIELD_HEADER_MAX);
	return NULL;
}

struct parts *
parts_read(GBytes *raw, char **held)
{
	struct parts *parts = parts_new();
	g_autoptr(GBytes) lines = with_line_ends(raw, parts);
	g_autoptr(GString) content = g_string_new(NULL);
	gsize n, begin, body;
	const char *bytes = bytes_of(lines, &n);
	int excess;

	begin = field_begin(bytes, n);
	body = begin + field_read(bytes + begin, n - begin, parts->strings, parts->fields, content, &excess);
	*held = excess_reason(parts, excess);
	if (*held == NULL && begin == n)
		*held = g_strdup("the mail is empty");
	if (*held == NULL && parts->fields->len == 0)
		g_ptr_array_add(parts->marks, g_strdup("no header: all of it read as text"));
	if (*held == NULL)
		*held = read_body(parts, content, bytes + body, n - body);
	if (*held != NULL)
		g_ptr_array_set_size(parts->parts, 0);
	return parts;
}
