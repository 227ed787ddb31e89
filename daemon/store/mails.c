/*
 * Keeping mails. The raw bytes go in compressed (zstd, level 1: the measured best without a dictionary); a
 * mail that does not shrink is stored as it is.
 */
#include "config.h"

#include "store/mails.h"

#include <string.h>
#include <zstd.h>

enum { CODEC_NONE, CODEC_ZSTD, ZSTD_LEVEL = 1, RAW_MAX = 256 * 1024 * 1024 };

gint64
mails_mailbox(struct store *store, const char *name, gint64 *uidvalidity)
{
	struct query *q = store_query(store, SQL_MAILBOX_GET, "s", name);
	gint64 id = 0;

	*uidvalidity = 0;
	while (query_next(q)) {
		id = query_int(q, 0);
		*uidvalidity = query_int(q, 1);
	}
	return id != 0 ? id : store_insert(store, SQL_MAILBOX_ADD, "s", name);
}

static GBytes *
compress(const void *bytes, gsize length, gint64 *codec)
{
	static ZSTD_CCtx *context;
	gsize room = ZSTD_compressBound(length);
	g_autofree guint8 *out = g_malloc(room);
	gsize n;

	if (context == NULL)
		context = ZSTD_createCCtx();
	n = ZSTD_compressCCtx(context, out, room, bytes, length, ZSTD_LEVEL);
	*codec = CODEC_NONE;
	if (ZSTD_isError(n) || n >= length)
		return g_bytes_new_static(bytes, length);
	*codec = CODEC_ZSTD;
	return g_bytes_new_take(g_steal_pointer(&out), n);
}

static void
add_raw(struct store *store, gint64 mail, const void *bytes, gsize length)
{
	gint64 codec;
	g_autoptr(GBytes) packed = compress(bytes, length, &codec);

	store_run(store, SQL_RAW_ADD, "iib", mail, codec, packed);
}

static GBytes *
digest_of(const void *bytes, gsize length, gint64 *digest64)
{
	guint8 digest[32];
	gsize n = sizeof digest;
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);

	g_checksum_update(sum, bytes, (gssize)length);
	g_checksum_get_digest(sum, digest, &n);
	g_checksum_free(sum);
	memcpy(digest64, digest, sizeof *digest64);
	return g_bytes_new(digest, sizeof digest);
}

gint64
mails_keep(struct store *store, const struct new_mail *mail, gint64 now)
{
	gint64 digest64;
	gint64 id;
	gint64 had;
	g_autoptr(GBytes) digest = NULL;

	if (mail->uid != 0 &&
	    store_get_int(store, 0, SQL_LEDGER_HAS, "iii", mail->mailbox, mail->uidvalidity, mail->uid) != 0)
		return -1;
	digest = digest_of(mail->bytes, mail->length, &digest64);
	had = mail->uid != 0 ? store_get_int(store, 0, SQL_MAIL_SAME, "ibi", digest64, digest, mail->mailbox)
			     : 0;
	if (had != 0) {
		store_run(store, SQL_LEDGER_ADD, "iiii", mail->mailbox, mail->uidvalidity, mail->uid, had);
		return 0;
	}
	id = store_insert(store, SQL_MAIL_KEEP, "isiibiii", mail->mailbox, mail->source, mail->size,
	    (gint64)mail->cut, digest, digest64, now, mail->arrived);
	add_raw(store, id, mail->bytes, mail->length);
	if (mail->uid != 0)
		store_run(store, SQL_LEDGER_ADD, "iiii", mail->mailbox, mail->uidvalidity, mail->uid, id);
	return id;
}

static GBytes *
decompress(GBytes *packed)
{
	gsize n;
	const void *data = g_bytes_get_data(packed, &n);
	unsigned long long size = ZSTD_getFrameContentSize(data, n);
	g_autofree void *out = NULL;

	if (size > RAW_MAX)
		return NULL;
	out = g_malloc(size + 1);
	if (ZSTD_decompress(out, size, data, n) != size)
		return NULL;
	return g_bytes_new_take(g_steal_pointer(&out), size);
}

GBytes *
mails_raw(struct store *store, gint64 mail)
{
	struct query *q = store_query(store, SQL_RAW_GET, "i", mail);
	g_autoptr(GBytes) packed = NULL;
	gint64 codec = CODEC_NONE;

	while (query_next(q)) {
		codec = query_int(q, 0);
		packed = query_bytes(q, 1);
	}
	if (packed == NULL || codec == CODEC_NONE)
		return g_steal_pointer(&packed);
	return decompress(packed);
}
