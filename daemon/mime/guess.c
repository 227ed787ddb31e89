/*
 * East Asian texts are pairs of bytes, most of them from the rows of common characters; Cyrillic texts are
 * long runs of single bytes from one half of the table; Central European ones have letters where Western ones
 * would have signs within words.
 */
#include "config.h"

#include "mime/guess.h"

enum {
	GUESS_BYTES = 64 * 1024, /* that are looked at */
	PAIRS_MIN = 4,
};

struct pairs {
	guint all, broken;
	guint kana_sjis, kana_euc;   /* by the lead and trail bytes of either */
	guint hangul, hanzi, level1; /* rows B0-C8, B0-D7 and punctuation, Big5's A4-C6 */
	guint low;		     /* trail bytes below 0x80 */
};

static void
count_pair(struct pairs *p, guchar lead, guchar trail)
{
	p->all++;
	if (trail < 0x40 || trail == 0x7f || trail == 0xff) {
		p->broken++;
		return;
	}
	p->low += trail < 0x80;
	p->kana_sjis += (lead == 0x82 && trail >= 0x9f && trail <= 0xf1) || (lead == 0x83 && trail <= 0x96);
	if (lead >= 0xa4 && lead <= 0xc6 && (trail < 0x80 || trail >= 0xa1))
		p->level1++;
	if (trail < 0xa1)
		return;
	p->kana_euc += lead == 0xa4 || lead == 0xa5;
	p->hangul += lead >= 0xb0 && lead <= 0xc8;
	p->hanzi += (lead >= 0xb0 && lead <= 0xd7) || lead == 0xa1 || lead == 0xa3;
}

static struct pairs
count_pairs(const guchar *p, gsize n)
{
	struct pairs out = {0};

	for (gsize i = 0; i + 1 < n; i++)
		if (p[i] >= 0x81) {
			count_pair(&out, p[i], p[i + 1]);
			i++;
		}
	return out;
}

static const char *
guess_pairs(const struct pairs *p)
{
	if (p->all < PAIRS_MIN || p->broken * 50 > p->all)
		return NULL;
	if (p->kana_sjis * 5 > p->all)
		return "cp932";
	if (p->low * 7 > p->all)
		return p->level1 * 5 > p->all * 3 ? "big5-hkscs" : NULL;
	if (p->kana_euc * 6 > p->all)
		return "euc-jp-ms";
	if (p->hangul * 10 > p->all * 9)
		return "cp949";
	return p->hanzi * 10 > p->all * 7 ? "gb18030" : NULL;
}

/* In KOI8-R small letters are C0-DF, in windows-1251 E0-FF. */
static const char *
guess_cyrillic(const guchar *p, gsize n)
{
	guint runs = 0, high = 0, lower = 0, upper = 0;

	for (gsize i = 0; i < n; i++) {
		if (p[i] < 0xc0)
			continue;
		runs += i == 0 || p[i - 1] < 0xc0;
		high++;
		lower += p[i] < 0xe0;
		upper += p[i] >= 0xe0;
	}
	if (high < 8 || high < 3 * runs)
		return NULL;
	if (lower > 3 * upper)
		return "koi8-r";
	return upper > 3 * lower ? "windows-1251" : NULL;
}

/* ISO 8859-2 and windows-1250 have letters at B1, B3, B6, B9, BB, BE, BF, which are signs in windows-1252. */
static const char *
guess_central(const guchar *p, gsize n)
{
	gboolean letters = FALSE, controls = FALSE;

	for (gsize i = 1; i + 1 < n; i++) {
		controls |= p[i] == 0x9a || p[i] == 0x9c || p[i] == 0x9d || p[i] == 0x9e;
		if (p[i] != 0xb1 && p[i] != 0xb3 && p[i] != 0xb6 && p[i] != 0xb9 && p[i] != 0xbb &&
		    p[i] != 0xbe && p[i] != 0xbf)
			continue;
		letters |= g_ascii_islower((char)p[i - 1]) && g_ascii_islower((char)p[i + 1]);
		letters |= (g_ascii_islower((char)p[i - 1]) && p[i + 1] >= 0xe0) ||
			   (p[i - 1] >= 0xe0 && g_ascii_islower((char)p[i + 1]));
	}
	if (!letters)
		return NULL;
	return controls ? "windows-1250" : "iso-8859-2";
}

const char *
guess_charset(const char *bytes, gsize n)
{
	const guchar *p = (const guchar *)bytes;
	struct pairs pairs;
	const char *found;

	n = MIN(n, GUESS_BYTES);
	pairs = count_pairs(p, n);
	found = guess_pairs(&pairs);
	if (found == NULL)
		found = guess_cyrillic(p, n);
	return found != NULL ? found : guess_central(p, n);
}
