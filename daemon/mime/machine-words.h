/* How the subjects of automatic answers begin, in some 25 languages. Lower case, NFC; lists end with NULL. */
#ifndef TRIAGED_MACHINE_WORDS_H
#define TRIAGED_MACHINE_WORDS_H

/* Nobody begins a subject so: enough as they stand. */
extern const char *const machine_subjects[];
/* People do ("Out of office next week?"): enough only if a colon, a bracket or the end follows. */
extern const char *const machine_subjects_weak[];

#endif
