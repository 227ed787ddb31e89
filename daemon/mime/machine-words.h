/* How the subjects of automatic answers begin, in some 25 languages. Lower case, NFC. */
#ifndef TRIAGED_MACHINE_WORDS_H
#define TRIAGED_MACHINE_WORDS_H

#include "mime/phrase.h"

/* Nobody begins a subject so: enough as they stand. */
extern struct phrases machine_subjects;
/* People do ("Out of office next week?"): enough only if a colon, a bracket or the end follows. */
extern struct phrases machine_subjects_weak;

#endif
