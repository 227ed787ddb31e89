/*
 * A command is a sentence with holes: "TICKET WORD...", "[--state STATE] [--all]". Its table row says so in
 * this form, which is shown to people, and read here to check what they typed: a hole's name is its type.
 */
#ifndef TRIAGED_CTL_SENTENCE_H
#define TRIAGED_CTL_SENTENCE_H

#include <glib.h>

struct sentence {
	GHashTable *options; /* "--state" -> what follows it; "--all" -> "" */
	GPtrArray *words;    /* char *, what stands in the other holes; ended by NULL, which is not counted */
};

/* Puts argv into the holes of `form`. Options may stand anywhere before a "--". FALSE and `trouble` (caller
 * frees) where they do not fit. What is lent is argv's. */
gboolean sentence_parse(const char *form, int argc, char **argv, struct sentence *s, char **trouble);
void sentence_clear(struct sentence *s);
#define SENTENCE_AUTO __attribute__((cleanup(sentence_clear))) struct sentence

/* What follows the option, or "" where nothing can; NULL where it was not given. */
const char *sentence_option(const struct sentence *s, const char *option);
int sentence_count(const struct sentence *s);
/* NULL behind the last. */
const char *sentence_word(const struct sentence *s, int i);
/* The word as a number, with or without a "#"; 0 where it is none. */
gint64 sentence_number(const struct sentence *s, int i);

#endif
