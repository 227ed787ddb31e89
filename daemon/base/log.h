/*
 * One event, one line on standard error, printable UTF-8 only: control characters and escape codes of other people
 * are written as \xNN. Never a subject, a body or a token (I36).
 */
#ifndef TRIAGED_LOG_H
#define TRIAGED_LOG_H

#include <glib.h>

/* `program` as in "triaged-fetch", `name` as in "support" or NULL. Both are copied. */
void log_init(const char *program, const char *name);

void log_error(const char *format, ...) G_GNUC_PRINTF(1, 2);
void log_warn(const char *format, ...) G_GNUC_PRINTF(1, 2);
void log_info(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Logs and leaves with 70 (EX_SOFTWARE): a broken promise between our own parts. The parent starts us again. */
void log_fatal(const char *format, ...) G_GNUC_PRINTF(1, 2) G_GNUC_NORETURN;

/* `text` with everything unprintable or not UTF-8 as \xNN, at most `max` bytes. Caller frees. */
char *log_escape(const char *text, gsize max);

#endif
