/*
 * Every statement of the desk, by name. Parameters are $1, $2, ...; the SQL is the portable subset (no
 * SQLite-only functions; the search index has its own file, search.c).
 */
#ifndef TRIAGED_STATEMENTS_H
#define TRIAGED_STATEMENTS_H

/* As the index outbox_due has it, word for word: only then does SQLite use that. */
#define OUTBOX_WAITS "(state = 'queued' OR state = 'deferred' OR state = 'unknown')"

#define STATEMENTS(S)                                                                                                  \
	S(BEGIN, "BEGIN IMMEDIATE")                                                                                    \
	S(COMMIT, "COMMIT")                                                                                            \
	S(PIECE_BEGIN, "SAVEPOINT piece")                                                                              \
	S(PIECE_END, "RELEASE piece")                                                                                  \
	S(PIECE_UNDO, "ROLLBACK TO piece")                                                                             \
	S(META_GET, "SELECT value FROM meta WHERE key = $1")                                                 \
	S(META_SET,                                                                                          \
	    "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = $2")      \
	S(META_DELETE, "DELETE FROM meta WHERE key = $1")                                                    \
	S(COUNT_UP, "INSERT INTO counter (name, value) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET "     \
		    "value = value + 1")                                                                     \
	/* mailboxes and the ledger */                                                                       \
	S(MAILBOX_GET, "SELECT id, uidvalidity FROM mailbox WHERE name = $1")                                \
	S(MAILBOX_ADD, "INSERT INTO mailbox (name) VALUES ($1)")                                             \
	S(MAILBOX_UIDVALIDITY, "UPDATE mailbox SET uidvalidity = $2 WHERE id = $1")                          \
	S(LEDGER_HAS, "SELECT mail FROM ledger WHERE mailbox = $1 AND uidvalidity = $2 AND uid = $3")        \
	S(LEDGER_RANGE, "SELECT uid, settled FROM ledger WHERE mailbox = $1 AND uidvalidity = $2 AND uid "   \
			">= $3 ORDER BY uid")                                                                \
	S(LEDGER_ADD, "INSERT INTO ledger (mailbox, uidvalidity, uid, mail) VALUES ($1, $2, $3, $4)")        \
	S(LEDGER_SETTLED,                                                                                    \
	    "UPDATE ledger SET settled = 1 WHERE mailbox = $1 AND uidvalidity = $2 AND uid = $3")            \
	S(LEDGER_UNSETTLED, "SELECT l.uid, m.cut FROM ledger l JOIN mail m ON m.id = l.mail WHERE l.mailbox = $1 "      \
	    "AND l.uidvalidity = $2 AND l.settled = 0 ORDER BY l.uid")   \
	/* mails */                                                                                          \
	S(MAIL_KEEP,                                                                                         \
	    "INSERT INTO mail (mailbox, source, state, tries, size, cut, digest, digest64, kept, arrived) "  \
	    "VALUES ($1, $2, 'kept', 1, $3, $4, $5, $6, $7, $8)")                                            \
	S(MAIL_SAME,                                                                                         \
	    "SELECT id FROM mail WHERE digest64 = $1 AND digest = $2 AND mailbox = $3 ORDER BY id LIMIT 1")  \
	S(MAIL_KEPT, "SELECT id, tries, size, cut FROM mail WHERE state IN ('kept', 'held') AND state = 'kept' "  \
		     "ORDER BY id")               \
	S(MAIL_GET, "SELECT m.id, b.name, m.state, m.tries, m.failures, m.size, m.cut, m.kept, m.arrived, "  \
		    "m.outcome, m.ticket, m.message "                                                        \
		    "FROM mail m JOIN mailbox b ON b.id = m.mailbox WHERE m.id = $1")                        \
	S(MAIL_TRY, "UPDATE mail SET tries = tries + 1 WHERE id = $1 AND state = 'kept'")                    \
	S(MAIL_FAILED, "UPDATE mail SET failures = failures + 1 WHERE id = $1")                              \
	S(MAIL_END, "UPDATE mail SET state = $2, outcome = $3, ticket = $4, message = $5 WHERE id = $1")     \
	S(MAIL_AGAIN, "UPDATE mail SET state = 'kept', tries = 0, failures = 0, outcome = $2 WHERE id = $1 " \
		      "AND state = 'held'")                                                                  \
	S(MAIL_DROP, "UPDATE mail SET state = 'dropped', outcome = $2 WHERE id = $1 AND state = 'held'")     \
	S(MAIL_FAILURES, "SELECT failures FROM mail WHERE id = $1")                                          \
	S(RAW_ADD, "INSERT INTO raw (mail, codec, bytes) VALUES ($1, $2, $3)")                               \
	S(RAW_GET, "SELECT codec, bytes FROM raw WHERE mail = $1")                                           \
	/* people */                                                                                         \
	S(PERSON_FIND, "SELECT id FROM person WHERE address = $1")                                           \
	S(PERSON_ADD, "INSERT INTO person (address, name, created) VALUES ($1, $2, $3)")                     \
	S(PERSON_NAME, "UPDATE person SET name = $2 WHERE id = $1 AND name = ''")                            \
	S(PERSON_GET, "SELECT address, name FROM person WHERE id = $1")                                      \
	S(MAIL_COUNTS, "SELECT state, count(*) FROM mail WHERE state IN ('kept', 'held') GROUP BY state")    \
	S(OUTBOX_COUNTS,                                                                                     \
	    "SELECT state, count(*) FROM outbox WHERE state NOT IN ('sent', 'cancelled') GROUP BY state")    \
	S(MAIL_STATE, "SELECT state FROM mail WHERE id = $1")                                                \
	S(MESSAGE_AUTHOR,                                                                                    \
	    "SELECT p.address FROM message m JOIN person p ON p.id = m.author WHERE m.id = $1")              \
	/* tickets */                                                                                        \
	S(TICKET_ADD,                                                                                        \
	    "INSERT INTO ticket (subject, queue, mailbox, state, customer, root, created, updated) "         \
	    "VALUES ($1, $2, $3, 'new', $4, $5, $6, $6)")                                                    \
	S(TICKET_GET, "SELECT t.id, t.subject, t.queue, t.mailbox, t.state, t.priority, t.assignee, "        \
		      "t.customer, t.root, t.created, "                                                      \
		      "t.updated, t.closed FROM ticket t WHERE t.id = $1")                                   \
	S(TICKET_EXISTS, "SELECT id FROM ticket WHERE id = $1")                                          \
	S(TICKET_TOUCH, "UPDATE ticket SET updated = $2 WHERE id = $1")                                      \
	S(TICKET_STATE, "UPDATE ticket SET state = $2, updated = $3, closed = $4 WHERE id = $1")             \
	S(TICKET_ASSIGN, "UPDATE ticket SET assignee = $2, updated = $3 WHERE id = $1")                      \
	S(TICKET_QUEUE, "UPDATE ticket SET queue = $2, updated = $3 WHERE id = $1")                          \
	S(TICKET_PRIORITY, "UPDATE ticket SET priority = $2, updated = $3 WHERE id = $1")                    \
	S(TICKET_EARLIER, "SELECT id, subject, state, updated FROM ticket WHERE customer = $1 AND id <> $2 " \
			  "ORDER BY id DESC LIMIT 5")                                                        \
	S(TICKETS_LATELY, "SELECT count(*) FROM (SELECT created FROM ticket WHERE customer = $1 "            \
			  "ORDER BY id DESC LIMIT 40) WHERE created >= $2")                                  \
	S(PARTICIPANT_ADD,                                                                                   \
	    "INSERT INTO participant (ticket, person, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")     \
	S(PARTICIPANT_ROLE, "SELECT role FROM participant WHERE ticket = $1 AND person = $2")                \
	S(PARTICIPANT_COUNT, "SELECT count(*) FROM participant WHERE ticket = $1")                           \
	S(PARTICIPANT_ANSWER,                                                                                \
	    "SELECT p.id, p.address, p.name, q.role FROM participant q JOIN person p ON p.id = q.person "    \
	    "WHERE q.ticket = $1 AND q.role IN ('customer', 'reply-to') ORDER BY q.role DESC, p.id")         \
	S(TAG_ADD, "INSERT INTO tag (ticket, tag) VALUES ($1, $2) ON CONFLICT DO NOTHING")                   \
	S(TAG_DELETE, "DELETE FROM tag WHERE ticket = $1 AND tag = $2")                                      \
	S(LINK_ADD, "INSERT INTO link (ticket, other, kind, why, at) VALUES ($1, $2, $3, $4, $5) ON "        \
		    "CONFLICT DO NOTHING")                                                                   \
	S(HISTORY_ADD, "INSERT INTO history (ticket, at, who, what, was, now, why, mail) VALUES ($1, $2, "   \
		       "$3, $4, $5, $6, $7, $8)")                                                            \
	/* messages */                                                                                       \
	S(MESSAGE_ADD, "INSERT INTO message (ticket, mail, kind, author, author_name, at, date, mid, "       \
		       "fingerprint, subject, text, quoted, "                                                \
		       "signature) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)")         \
	S(MESSAGE_SENT_MID, "UPDATE message SET sent_mid = $2 WHERE id = $1")                                \
	S(MESSAGE_PUBLIC,                                                                                    \
	    "SELECT kind, mid, sent_mid FROM message WHERE ticket = $1 AND kind IN ('customer', 'agent') "   \
	    "ORDER BY id DESC LIMIT 12")                                                                     \
	S(MESSAGE_LAST, "SELECT max(id) FROM message WHERE ticket = $1")                                     \
	S(AUTO_SINCE, "SELECT count(*) FROM message WHERE ticket = $1 AND kind = 'auto' AND at >= $2")       \
	S(PART_ADD, "INSERT INTO part (message, n, part, name, type, size, digest, inline) VALUES ($1, $2, " \
		    "$3, $4, $5, $6, $7, $8)")                                                               \
	S(MID_FIND, "SELECT d.ticket, d.message, m.mid, m.sent_mid, m.fingerprint FROM mid d LEFT JOIN "     \
		    "message m ON m.id = d.message "                                                         \
		    "WHERE d.hash = $1")                                                                     \
	S(MID_ADD,                                                                                           \
	    "INSERT INTO mid (hash, ticket, message) VALUES ($1, $2, $3) ON CONFLICT (hash) DO UPDATE "      \
	    "SET ticket = $2, message = $3 WHERE mid.message IS NULL")                                       \
	S(MID_GHOST, "INSERT INTO mid (hash, ticket, message) VALUES ($1, $2, NULL) ON CONFLICT DO NOTHING") \
	/* the outbox */                                                                                     \
	S(OUTBOX_NEXT_ID, "SELECT coalesce(max(id), 0) + 1 FROM outbox")                                               \
	S(OUTBOX_ONCE, "SELECT id FROM outbox WHERE once = $1")                                                        \
	S(OUTBOX_ADD, "INSERT INTO outbox (id, ticket, message, kind, relay, state, sender, mid, head, raw_mail, created, next_try, once) " \
	    "VALUES ($1, $2, $3, $4, $5, 'queued', $6, $7, $8, $9, $10, $10, $11)")                                    \
	S(OUTBOX_DUE, "SELECT id FROM outbox WHERE relay = $1 AND " OUTBOX_WAITS " AND next_try <= $2 "        \
		      "ORDER BY next_try, id LIMIT $3")                                                      \
	S(OUTBOX_NEXT, "SELECT min(next_try) FROM outbox WHERE " OUTBOX_WAITS " AND next_try > $1")           \
	S(OUTBOX_GET, "SELECT id, ticket, message, kind, relay, state, sender, mid, head, raw_mail, "        \
		      "digest, created, next_try, tries, "                                                   \
		      "unknowns, why FROM outbox WHERE id = $1")                                             \
	S(OUTBOX_STATE, "UPDATE outbox SET state = $2, why = $3, next_try = $4 WHERE id = $1")               \
	S(OUTBOX_SENDING,                                                                                    \
	    "UPDATE outbox SET state = 'sending', tries = tries + 1, digest = $2 WHERE id = $1 AND " OUTBOX_WAITS) \
	S(OUTBOX_DATA, "UPDATE outbox SET state = 'data' WHERE id = $1 AND state = 'sending'")               \
	S(OUTBOX_UNKNOWN,                                                                                    \
	    "UPDATE outbox SET state = $2, unknowns = unknowns + 1, why = $3, next_try = $4 WHERE id = $1")  \
	S(OUTBOX_STUCK, "SELECT id, state FROM outbox WHERE state NOT IN ('sent', 'cancelled') "  \
			"AND state IN ('sending', 'data') ORDER BY id")       \
	S(OUTBOX_RETRY,                                                                                      \
	    "UPDATE outbox SET state = 'queued', next_try = $2, why = $3 WHERE id = $1 AND state IN "        \
	    "('deferred', 'failed', 'unknown', 'cancelled')")                                                \
	S(OUTBOX_CANCEL, "UPDATE outbox SET state = 'cancelled', why = $2 WHERE id = $1 AND state IN "       \
			 "('queued', 'deferred', 'failed', 'unknown')")                                      \
	S(OUTBOX_FREEZE, "UPDATE outbox SET state = 'cancelled', why = $1 WHERE state IN ('queued', "        \
			 "'sending', 'data', 'deferred', 'unknown')")                                        \
	S(RECIPIENT_ADD, "INSERT INTO recipient (outbox, address, state) VALUES ($1, $2, 'queued')")         \
	S(RECIPIENT_LEFT, "SELECT address FROM recipient WHERE outbox = $1 AND state IN ('queued', "         \
			  "'deferred', 'unknown') ORDER BY address")                                         \
	S(RECIPIENT_STATES,                                                                                  \
	    "SELECT state, count(*), max(code), max(text) FROM recipient WHERE outbox = $1 GROUP BY state")  \
	S(RECIPIENT_SET, "UPDATE recipient SET state = $3, code = $4, text = $5, at = $6 WHERE outbox = $1 " \
			 "AND address = $2")                                                                 \
	S(RECIPIENT_FIRST, "SELECT address FROM recipient WHERE outbox = $1 ORDER BY address LIMIT 1")       \
	S(RECIPIENT_REQUEUE, "UPDATE recipient SET state = 'queued' WHERE outbox = $1 AND state IN "         \
			     "('failed', 'deferred', 'unknown', 'bounced')")

enum statement {
#define S(name, sql) SQL_##name,
	STATEMENTS(S)
#undef S
	    SQL_COUNT
};

#endif
