/* Composed mails: exactly the fields, recipients and bytes that were asked for, whatever strangers wrote into
 * them. */
#include "config.h"

#include "mime/compose.h"
#include "mime/header.h"
#include "mime/parts.h"

#include <gmime/gmime.h>
#include <string.h>
#ifdef TRIAGED_SANITIZED
#include <sanitizer/lsan_interface.h>
#endif

/* A head in text form, in which `subject` and the rest are the test's. */
struct head {
	const char *from_name, *from_address, *to, *cc, *reply_to, *subject, *message_id, *in_reply_to,
	    *references, *automatic, *extra, *text, *parts;
	gboolean whole;
};

static const struct head plain = {"Acme Support", "support@desk.test", "[('Ann', 'ann@customer.test')]",
    "@a(ss) []", "", "Lamp", "1.abc@desk.test", "", "@as []", "", "@a{ss} {}", "Hello.\n", "@au []", FALSE};

static void
put(GVariantBuilder *b, const char *key, GVariant *value)
{
	g_assert_nonnull(value);
	g_variant_builder_add(b, "{sv}", key, value);
}

static GVariant *
parse(const char *type, const char *text)
{
	return g_variant_parse(G_VARIANT_TYPE(type), text, NULL, NULL, NULL);
}

static GVariant *
head_of(const struct head *h)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	put(&b, "from_name", g_variant_new_string(h->from_name));
	put(&b, "from_address", g_variant_new_string(h->from_address));
	put(&b, "to", parse("a(ss)", h->to));
	put(&b, "cc", parse("a(ss)", h->cc));
	put(&b, "reply_to", g_variant_new_string(h->reply_to));
	put(&b, "subject", g_variant_new_string(h->subject));
	put(&b, "message_id", g_variant_new_string(h->message_id));
	put(&b, "date", g_variant_new_int64(G_GINT64_CONSTANT(1795255200000)));
	put(&b, "in_reply_to", g_variant_new_string(h->in_reply_to));
	put(&b, "references", parse("as", h->references));
	put(&b, "auto", g_variant_new_string(h->automatic));
	put(&b, "extra", parse("a{ss}", h->extra));
	put(&b, "text", g_variant_new_string(h->text));
	put(&b, "parts", parse("au", h->parts));
	put(&b, "whole", g_variant_new_boolean(h->whole));
	return g_variant_ref_sink(g_variant_builder_end(&b));
}

struct result {
	GBytes *mail;
	gboolean eight_bit, utf8;
	char *failed;
};

static void
compose(const struct head *h, GBytes *raw, struct result *r)
{
	g_autoptr(GVariant) head = head_of(h);

	*r = (struct result){0};
	r->mail = compose_mail(head, raw, &r->eight_bit, &r->utf8, &r->failed);
	g_assert_true((r->mail == NULL) == (r->failed != NULL));
}

static void
result_clear(struct result *r)
{
	g_clear_pointer(&r->mail, g_bytes_unref);
	g_clear_pointer(&r->failed, g_free);
}

static const char *
text_of(const struct result *r)
{
	g_assert_nonnull(r->mail);
	return g_bytes_get_data(r->mail, NULL);
}

static void
test_bytes(void)
{
	struct head h = plain;
	struct result r;
	g_autofree char *mail = NULL;

	h.in_reply_to = "q@customer.test";
	h.references = "['p@customer.test', 'q@customer.test']";
	h.automatic = "auto-replied";
	h.reply_to = "support+t2@desk.test";
	compose(&h, NULL, &r);
	g_assert_null(r.failed);
	mail = g_strndup(text_of(&r), g_bytes_get_size(r.mail));
	g_assert_cmpstr(mail, ==,
	    "Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n"
	    "From: Acme Support <support@desk.test>\r\n"
	    "Reply-To: support+t2@desk.test\r\n"
	    "To: Ann <ann@customer.test>\r\n"
	    "Subject: Lamp\r\n"
	    "Message-ID: <1.abc@desk.test>\r\n"
	    "In-Reply-To: <q@customer.test>\r\n"
	    "References: <p@customer.test> <q@customer.test>\r\n"
	    "Auto-Submitted: auto-replied\r\n"
	    "X-Auto-Response-Suppress: All\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n"
	    "\r\n"
	    "Hello.\r\n");
	g_assert_false(r.eight_bit);
	g_assert_false(r.utf8);
	result_clear(&r);
}

static void
test_same_bytes_twice(void)
{
	g_autoptr(GBytes) raw = g_bytes_new_static("Subject: x\n\nraw\n", 16);
	struct head h = plain;
	struct result a, b;

	h.whole = TRUE;
	compose(&h, raw, &a);
	compose(&h, raw, &b);
	g_assert_true(g_bytes_equal(a.mail, b.mail));
	result_clear(&a);
	result_clear(&b);
}

static void
test_refused(void)
{
	struct head heads[14];
	struct result r;

	for (gsize i = 0; i < G_N_ELEMENTS(heads); i++)
		heads[i] = plain;
	heads[0].from_address = "";
	heads[1].from_address = "a@b.test\r\nBcc: c@d.test";
	heads[2].to = "@a(ss) []";
	heads[3].to = "[('', 'a b@c.test')]";
	heads[4].cc = "[('', 'a@b.test>, <c@d.test')]";
	heads[5].message_id = "no-at";
	heads[6].message_id = "a@b\r\nBcc: c@d.test";
	heads[7].message_id = "a@b> <c@d";
	heads[8].automatic = "yes";
	heads[9].extra = "{'Bcc': 'a@b.test'}";
	heads[10].extra = "{'X-A:\\r\\nBcc': 'a@b.test'}";
	heads[11].extra = "{'content-type': 'text/html'}";
	heads[12].parts = "[uint32 3]";
	heads[13].reply_to = "a@b@c";
	for (gsize i = 0; i < G_N_ELEMENTS(heads); i++) {
		g_test_message("row %zu", i);
		compose(&heads[i], NULL, &r);
		g_assert_null(r.mail);
		g_assert_nonnull(r.failed);
		result_clear(&r);
	}
}

static void
test_missing_key(void)
{
	g_autoptr(GVariant) whole = head_of(&plain);
	GVariantDict dict;
	g_autoptr(GVariant) head = NULL;
	g_autoptr(GBytes) mail = NULL;
	g_autofree char *failed = NULL;
	gboolean eight_bit, utf8;

	g_variant_dict_init(&dict, whole);
	g_variant_dict_remove(&dict, "whole");
	head = g_variant_ref_sink(g_variant_dict_end(&dict));
	mail = compose_mail(head, NULL, &eight_bit, &utf8, &failed);
	g_assert_null(mail);
	g_assert_cmpstr(failed, ==, "whole: it is missing in the head");
}

/* No bare CR or LF, no line over 998 bytes, no NUL, and no dot alone on a line. */
static void
assert_wire(const struct result *r)
{
	gsize length;
	const char *bytes = g_bytes_get_data(r->mail, &length);
	gsize line = 0;

	g_assert_cmpuint(length, >, 2);
	g_assert_null(memchr(bytes, '\0', length));
	for (gsize i = 0; i < length; i++) {
		if (bytes[i] == '\n') {
			g_assert_cmpint(bytes[i - 1], ==, '\r');
			g_assert_cmpuint(i - line, <=, 999);
			g_assert_false(i - line == 2 && bytes[line] == '.');
			line = i + 1;
		} else if (bytes[i] == '\r') {
			g_assert_cmpint(bytes[i + 1], ==, '\n');
		}
	}
	g_assert_cmpuint(line, ==, length);
}

/* The text of the mail, as parts.c reads it. */
static char *
read_text(GBytes *mail, guint index)
{
	g_autofree char *held = NULL;
	g_autoptr(parts_t) parts = parts_read(mail, &held);
	const struct part *part;

	g_assert_null(held);
	g_assert_cmpuint(parts->parts->len, >, index);
	part = g_ptr_array_index(parts->parts, index);
	return g_strdup(part->text);
}

static void
test_texts(void)
{
	static const struct {
		const char *text, *encoding, *read;
	} rows[] = {
	    {"short\nlines\n", "7bit", "short\nlines\n"},
	    {"no end", "7bit", "no end\n"},
	    {"caf\xc3\xa9 = good\n", "quoted-printable", "caf\xc3\xa9 = good\n"},
	    {"\xe4\xbd\xa0\xe5\xa5\xbd\n", "base64", "\xe4\xbd\xa0\xe5\xa5\xbd\n"},
	    {"-- \nBob\n", "quoted-printable", "-- \nBob\n"},
	    {".\n", "quoted-printable", ".\n"},
	    {"From here\n", "quoted-printable", "From here\n"},
	    {"a\r\n.\r\nMAIL FROM:<x@y.test>\r\n", "quoted-printable", "a\n.\nMAIL FROM:<x@y.test>\n"},
	    {"a\n.\nb\n", "quoted-printable", "a\n.\nb\n"},
	    {"a\r.\rb\n", "quoted-printable", "a\n.\nb\n"},
	    {"a\r\n.\nb\n", "quoted-printable", "a\n.\nb\n"},
	    {"a\n.\r\nb\n", "quoted-printable", "a\n.\nb\n"},
	    {"a\r.\nb\n", "quoted-printable", "a\n.\nb\n"},
	    {"a\n.\rb\n", "quoted-printable", "a\n.\nb\n"},
	    {"a\r\n.\rb\n", "quoted-printable", "a\n.\nb\n"},
	    {"a\r.\r\nb\n", "quoted-printable", "a\n.\nb\n"},
	    {"escape \x1b[31m\x07 gone\n", "7bit", "escape [31m gone\n"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct head h = plain;
		struct result r;
		g_autofree char *encoding =
		    g_strdup_printf("Content-Transfer-Encoding: %s\r\n", rows[i].encoding);
		g_autofree char *text = NULL;

		h.text = rows[i].text;
		compose(&h, NULL, &r);
		g_test_message("row %zu", i);
		assert_wire(&r);
		g_assert_nonnull(strstr(text_of(&r), encoding));
		text = read_text(r.mail, 0);
		g_assert_cmpstr(text, ==, rows[i].read);
		result_clear(&r);
	}
}

static void
test_long_lines(void)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *read = NULL;
	struct head h = plain;
	struct result r;

	for (int i = 0; i < 3000; i++)
		g_string_append(text, i % 50 == 0 ? "....." : "word ");
	g_string_append(text, "end\n");
	h.text = text->str;
	compose(&h, NULL, &r);
	assert_wire(&r);
	read = read_text(r.mail, 0);
	g_assert_cmpstr(read, ==, text->str);
	result_clear(&r);
}

/* A mail with a text, a picture within it, and a file whose name and type are hostile. */
static GBytes *
mail_with_parts(void)
{
	GString *raw = g_string_new("From: a@b.test\r\nMIME-Version: 1.0\r\n"
				    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: "
				    "text/plain\r\n\r\nwords\r\n"
				    "--b\r\nContent-Type: image/png\r\nContent-ID: "
				    "<pic@b>\r\nContent-Disposition: inline; filename=\"p.png\"\r\n"
				    "Content-Transfer-Encoding: base64\r\n\r\n");
	guchar bytes[700];
	g_autofree char *base64 = NULL;

	for (gsize i = 0; i < sizeof bytes; i++)
		bytes[i] = (guchar)(i * 7);
	base64 = g_base64_encode(bytes, sizeof bytes);
	g_string_append(raw, base64);
	g_string_append(raw,
	    "\r\n--b\r\nContent-Type: application/x-evil; "
	    "name*=utf-8''%C3%A9t%C3%A9%0D%0ABcc%3A%20x@y.pdf\r\n"
	    "Content-Disposition: attachment; filename*=utf-8''%C3%A9t%C3%A9%0D%0ABcc%3A%20x@y.pdf\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nAAECAw0KLg0K\r\n--b--\r\n");
	return g_string_free_to_bytes(raw);
}

static const struct part *
part_of(const struct parts *parts, guint index)
{
	g_assert_cmpuint(index, <, parts->parts->len);
	return g_ptr_array_index(parts->parts, index);
}

static void
test_attachments(void)
{
	g_autoptr(GBytes) raw = mail_with_parts();
	g_autofree char *held = NULL, *held_again = NULL;
	g_autoptr(parts_t) before = parts_read(raw, &held);
	g_autoptr(parts_t) after = NULL;
	struct head h = plain;
	struct result r;

	h.parts = "[uint32 2, 3]";
	compose(&h, raw, &r);
	g_assert_cmpstr(r.failed, ==, NULL);
	assert_wire(&r);
	after = parts_read(r.mail, &held_again);
	g_assert_cmpuint(after->parts->len, ==, 4);
	for (guint i = 2; i < 4; i++) {
		const struct part *was = part_of(before, i), *is = part_of(after, i);
		g_autofree char *name = header_file_name(was->name);

		g_assert_true(g_bytes_equal(was->bytes, is->bytes));
		g_assert_cmpstr(is->type, ==, was->type);
		g_assert_cmpstr(is->name, ==, name);
	}
	g_assert_cmpstr(part_of(after, 2)->cid, ==, "pic@b");
	g_assert_cmpstr(part_of(after, 2)->disposition, ==, "inline");
	g_assert_cmpstr(part_of(after, 3)->disposition, ==, "attachment");
	g_assert_null(strstr(text_of(&r), "\r\nBcc"));
	result_clear(&r);
}

/* A mail attached whole: as it is where mail can carry it, as a file where not. */
static void
test_whole(void)
{
	static const struct {
		const char *raw;
		gsize length;
		const char *type;
		gboolean eight_bit;
	} rows[] = {
	    {"Subject: x\n\nbody\n", 17, "message/rfc822", FALSE},
	    {"Subject: x\r\n\r\n.\r\nbody", 21, "message/rfc822", FALSE},
	    {"Subject: x\n\nb\xc3\xb6"
	     "dy\n",
		18, "message/rfc822", TRUE},
	    {"Subject: x\n\nbo\rdy\n", 18, "application/octet-stream", FALSE},
	    {"Subject: x\n\nbo\0dy\n", 18, "application/octet-stream", FALSE},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) raw = g_bytes_new_static(rows[i].raw, rows[i].length);
		g_autofree char *type = g_strdup_printf("\r\nContent-Type: %s\r\n", rows[i].type);
		struct head h = plain;
		struct result r;

		h.whole = TRUE;
		compose(&h, raw, &r);
		g_test_message("row %zu", i);
		g_assert_cmpstr(r.failed, ==, NULL);
		g_assert_nonnull(strstr(text_of(&r), type));
		g_assert_true(r.eight_bit == rows[i].eight_bit);
		result_clear(&r);
	}
}

/* Names of the fields of the header, in order, joined. */
static char *
field_names(const struct result *r)
{
	const char *body = strstr(text_of(r), "\r\n\r\n");
	g_autofree char *block = g_strndup(text_of(r), (gsize)(body - text_of(r)));
	g_auto(GStrv) lines = g_strsplit(block, "\r\n", -1);
	g_autoptr(GString) names = g_string_new(NULL);

	for (char **line = lines; *line != NULL; line++)
		if (**line != ' ')
			g_string_append_len(names, *line, (gssize)strcspn(*line, ":") + 1);
	return g_strdup(names->str);
}

/* Pieces that have broken header writers, thrown together at random; the seed is fixed. */
static char *
hostile(GRand *rand, guint pieces)
{
	static const char *const all[] = {"\r\n", "\n", "\r", "Bcc: evil@evil.test",
	    "\r\nBcc: evil@evil.test\r\n", "\r\n\r\nbody", "\xe2\x80\xae", "\xe2\x81\xa6", "\xf0\x9f\x98\x80",
	    "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xa7", "=?utf-8?q?x?=", "=?", "?=", "\"", "\\", "<", ">",
	    ",", ";", ":", "(", ")", "@", " ", "  ", "\t", "\x01", "\x1b[2J", "\x7f", "\xc2\x85",
	    "\xe2\x80\xa8", "word", "Gr\xc3\xbc\xc3\x9f", "\xe4\xbd\xa0\xe5\xa5\xbd", "=3D", "_", ".",
	    "--=_x", "0123456789012345678901234567890123456789012345678901234567890123456789"};
	g_autoptr(GString) out = g_string_new(NULL);

	for (guint i = 0; i < pieces; i++)
		g_string_append(out, all[g_rand_int_range(rand, 0, G_N_ELEMENTS(all))]);
	return g_strdup(out->str);
}

static char *
quoted_variant(const char *name)
{
	g_autoptr(GVariant) value = g_variant_ref_sink(g_variant_new_string(name));

	return g_variant_print(value, FALSE);
}

static void
assert_value(GMimeMessage *message, const struct head *h, const char *name)
{
	g_autofree char *subject = header_clean(h->subject);
	g_autofree char *clean = header_clean(name);
	InternetAddressList *to = g_mime_message_get_to(message);
	const char *read = internet_address_get_name(internet_address_list_get_address(to, 0));

	g_assert_cmpint(internet_address_list_length(to), ==, 2);
	g_assert_cmpstr(read == NULL ? "" : read, ==, clean);
	g_assert_cmpstr(g_mime_message_get_subject(message), ==, subject);
	g_assert_null(g_mime_message_get_bcc(message) != NULL &&
			      internet_address_list_length(g_mime_message_get_bcc(message)) > 0
			  ? message
			  : NULL);
}

static void
test_hostile_values(void)
{
	static const char names[] =
	    "Date:From:To:Cc:Subject:Message-ID:X-Note:MIME-Version:Content-Type:Content-Transfer-Encoding:";
	g_autoptr(GRand) rand = g_rand_new_with_seed(20261121);

	for (guint i = 0; i < 400; i++) {
		g_autofree char *name = hostile(rand, i % 9), *quoted = quoted_variant(name),
				*extra_value = hostile(rand, i % 40);
		g_autofree char *to =
		    g_strdup_printf("[(%s, 'ann@customer.test'), ('', 'b@customer.test')]", quoted);
		g_autofree char *cc = g_strdup_printf("[(%s, 'cc@customer.test')]", quoted);
		g_autofree char *quoted_extra = quoted_variant(extra_value);
		g_autofree char *extra = g_strdup_printf("{'X-Note': %s}", quoted_extra);
		g_autofree char *subject = hostile(rand, i % 60), *found = NULL;
		struct head h = plain;
		struct result r;
		GMimeStream *stream;
		GMimeParser *parser;
		GMimeMessage *message;

		h.from_name = name;
		h.to = to;
		h.cc = cc;
		h.subject = subject;
		h.extra = extra;
		h.references = "['a@b\\r\\nBcc: x@y.test', '<>', 'bad id']";
		compose(&h, NULL, &r);
		g_test_message("round %u: %s", i, r.failed);
		g_assert_null(r.failed);
		assert_wire(&r);
		found = field_names(&r);
		g_assert_cmpstr(found, ==, names);
		stream = g_mime_stream_mem_new_with_buffer(text_of(&r), g_bytes_get_size(r.mail));
		parser = g_mime_parser_new_with_stream(stream);
		message = g_mime_parser_construct_message(parser, NULL);
		assert_value(message, &h, name);
		g_object_unref(message);
		g_object_unref(parser);
		g_object_unref(stream);
		result_clear(&r);
	}
}

static void
test_addresses(void)
{
	static const struct {
		const char *to;
		gboolean utf8;
	} rows[] = {
	    {"[('', 'j\xc3\xb6rg@customer.test')]", TRUE},
	    {"[('', 'a@b\xc3\xbc"
	     "cher.test')]",
		TRUE},
	    {"[('', 'a@xn--bcher-kva.test')]", FALSE},
	    {"[('Ann', 'ANN.Lee@Customer.Test')]", FALSE},
	    {"[('', 'odd..dots.@customer.test')]", FALSE},
	    {"[('', \"o'neil/x=y{z}|~!#$%&*+-^_`?@customer.test\")]", FALSE},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct head h = plain;
		struct result r;

		h.to = rows[i].to;
		compose(&h, NULL, &r);
		g_test_message("row %zu: %s", i, r.failed);
		g_assert_null(r.failed);
		g_assert_true(r.utf8 == rows[i].utf8);
		result_clear(&r);
	}
}

/* GMime never frees its table of types. */
static void
init(void)
{
#ifdef TRIAGED_SANITIZED
	__lsan_disable();
#endif
	parts_init();
#ifdef TRIAGED_SANITIZED
	__lsan_enable();
#endif
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	init();
	g_test_add_func("/compose/bytes", test_bytes);
	g_test_add_func("/compose/same-bytes-twice", test_same_bytes_twice);
	g_test_add_func("/compose/refused", test_refused);
	g_test_add_func("/compose/missing-key", test_missing_key);
	g_test_add_func("/compose/texts", test_texts);
	g_test_add_func("/compose/long-lines", test_long_lines);
	g_test_add_func("/compose/attachments", test_attachments);
	g_test_add_func("/compose/whole", test_whole);
	g_test_add_func("/compose/hostile-values", test_hostile_values);
	g_test_add_func("/compose/addresses", test_addresses);
	return g_test_run();
}
