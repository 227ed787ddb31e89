/*
 * What bytes without a true charset most probably are: only where they speak clearly, since a wrong alphabet
 * is worse than some wrong accents.
 */
#ifndef TRIAGED_GUESS_H
#define TRIAGED_GUESS_H

#include <glib.h>

/* The name of a charset as charset.c knows it; NULL where nothing speaks for another than windows-1252. */
const char *guess_charset(const char *bytes, gsize n);

#endif
