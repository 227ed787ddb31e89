-- The store, version 1. Times are UTC in milliseconds. Addresses: local part as it is, domain in lower case.
-- Lists of more than two words are written with OR: for IN (...) SQLite opens a table of its own at each insert (measured).
-- Nothing here is changed without a row in history that says who, when, what was, what is, and which mail caused it.

CREATE TABLE meta (
	key TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE mailbox (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	uidvalidity INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Every mail that ever became ours. `failures`: readers that died of it; `tries`: begun readings.
CREATE TABLE mail (
	id INTEGER PRIMARY KEY,
	mailbox INTEGER NOT NULL REFERENCES mailbox,
	source TEXT NOT NULL CHECK (source IN ('imap', 'pipe')),
	state TEXT NOT NULL CHECK (state = 'kept' OR state = 'done' OR state = 'held' OR state = 'dropped'),
	tries INTEGER NOT NULL,
	failures INTEGER NOT NULL DEFAULT 0,
	size INTEGER NOT NULL,
	cut INTEGER NOT NULL,
	digest BLOB NOT NULL,
	digest64 INTEGER NOT NULL,
	kept INTEGER NOT NULL,
	arrived INTEGER NOT NULL,
	outcome TEXT,
	ticket INTEGER REFERENCES ticket,
	message INTEGER REFERENCES message
) STRICT;
CREATE INDEX mail_waiting ON mail (state, id) WHERE state IN ('kept', 'held');
CREATE INDEX mail_digest ON mail (digest64);
CREATE INDEX mail_ticket ON mail (ticket) WHERE ticket IS NOT NULL;

CREATE TABLE raw (
	mail INTEGER PRIMARY KEY REFERENCES mail,
	codec INTEGER NOT NULL, -- 0 as it is, 1 zstd
	bytes BLOB NOT NULL
) STRICT;

-- Which UIDs we have; settled: the server side is done.
CREATE TABLE ledger (
	mailbox INTEGER NOT NULL REFERENCES mailbox,
	uidvalidity INTEGER NOT NULL,
	uid INTEGER NOT NULL,
	mail INTEGER NOT NULL REFERENCES mail,
	settled INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (mailbox, uidvalidity, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_unsettled ON ledger (mailbox, uidvalidity, uid) WHERE settled = 0;

CREATE TABLE person (
	id INTEGER PRIMARY KEY,
	address TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL DEFAULT '',
	created INTEGER NOT NULL
) STRICT;

CREATE TABLE ticket (
	id INTEGER PRIMARY KEY,
	subject TEXT NOT NULL,
	queue TEXT NOT NULL,
	mailbox TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state = 'new' OR state = 'open' OR state = 'waiting' OR state = 'hold' OR state = 'closed'),
	priority TEXT NOT NULL DEFAULT 'normal' CHECK (priority = 'low' OR priority = 'normal' OR priority = 'high' OR priority = 'urgent'),
	assignee INTEGER REFERENCES person,
	customer INTEGER REFERENCES person,
	root TEXT NOT NULL, -- Message-ID that the notices of this ticket hang under
	created INTEGER NOT NULL,
	updated INTEGER NOT NULL,
	closed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX ticket_state ON ticket (state, updated);
CREATE INDEX ticket_customer ON ticket (customer, id);

-- customer: opened it; reply-to: where the customer wants the answers; named: in To or Cc of the customer's mail: may write,
-- is sent nothing.
CREATE TABLE participant (
	ticket INTEGER NOT NULL REFERENCES ticket,
	person INTEGER NOT NULL REFERENCES person,
	role TEXT NOT NULL CHECK (role = 'customer' OR role = 'reply-to' OR role = 'named'),
	PRIMARY KEY (ticket, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX participant_person ON participant (person, ticket);

CREATE TABLE tag (
	ticket INTEGER NOT NULL REFERENCES ticket,
	tag TEXT NOT NULL,
	PRIMARY KEY (ticket, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE field (
	ticket INTEGER NOT NULL REFERENCES ticket,
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (ticket, name)
) STRICT, WITHOUT ROWID;

-- perhaps: may be one matter, offered for merging; follows: opened by an answer to a ticket closed for too long.
CREATE TABLE link (
	ticket INTEGER NOT NULL REFERENCES ticket,
	other INTEGER NOT NULL REFERENCES ticket,
	kind TEXT NOT NULL CHECK (kind IN ('perhaps', 'follows')),
	why TEXT NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (ticket, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_other ON link (other);

-- mid: Message-ID as it came; sent_mid: the one under which the customer got an agent's words.
CREATE TABLE message (
	id INTEGER PRIMARY KEY,
	ticket INTEGER NOT NULL REFERENCES ticket,
	mail INTEGER REFERENCES mail,
	kind TEXT NOT NULL CHECK (kind = 'customer' OR kind = 'agent' OR kind = 'note' OR kind = 'unverified' OR kind = 'auto' OR kind = 'bounce' OR kind = 'held'),
	author INTEGER REFERENCES person,
	author_name TEXT NOT NULL,
	at INTEGER NOT NULL,
	date INTEGER NOT NULL,
	mid TEXT NOT NULL,
	sent_mid TEXT,
	fingerprint INTEGER NOT NULL,
	subject TEXT NOT NULL,
	text TEXT NOT NULL,
	quoted TEXT NOT NULL,
	signature TEXT NOT NULL
) STRICT;
CREATE INDEX message_ticket ON message (ticket, id);

CREATE TABLE part (
	message INTEGER NOT NULL REFERENCES message,
	n INTEGER NOT NULL,
	part INTEGER NOT NULL,
	name TEXT NOT NULL,
	type TEXT NOT NULL,
	size INTEGER NOT NULL,
	digest TEXT NOT NULL,
	inline INTEGER NOT NULL,
	PRIMARY KEY (message, n)
) STRICT, WITHOUT ROWID;

-- Message-IDs by keyed 64-bit hash. message NULL: named by a mail of the ticket, not seen yet.
CREATE TABLE mid (
	hash INTEGER PRIMARY KEY,
	ticket INTEGER NOT NULL REFERENCES ticket,
	message INTEGER REFERENCES message
) STRICT;

CREATE TABLE history (
	id INTEGER PRIMARY KEY,
	ticket INTEGER NOT NULL REFERENCES ticket,
	at INTEGER NOT NULL,
	who TEXT NOT NULL,
	what TEXT NOT NULL,
	was TEXT NOT NULL DEFAULT '',
	now TEXT NOT NULL DEFAULT '',
	why TEXT NOT NULL DEFAULT '',
	mail INTEGER REFERENCES mail
) STRICT;
CREATE INDEX history_ticket ON history (ticket, id);

-- head: what compose needs, fixed; raw_mail: the mail whose parts go along; once: the cause, so that it causes one mail.
CREATE TABLE outbox (
	id INTEGER PRIMARY KEY,
	ticket INTEGER REFERENCES ticket,
	message INTEGER REFERENCES message,
	kind TEXT NOT NULL CHECK (kind = 'answer' OR kind = 'notice' OR kind = 'refusal' OR kind = 'operator'),
	relay TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state = 'queued' OR state = 'sending' OR state = 'data' OR state = 'sent' OR state = 'deferred' OR state = 'failed' OR state = 'unknown' OR state = 'cancelled'),
	sender TEXT NOT NULL,
	mid TEXT NOT NULL,
	head BLOB NOT NULL,
	raw_mail INTEGER REFERENCES mail,
	digest BLOB,
	created INTEGER NOT NULL,
	next_try INTEGER NOT NULL,
	tries INTEGER NOT NULL DEFAULT 0,
	unknowns INTEGER NOT NULL DEFAULT 0,
	why TEXT NOT NULL DEFAULT '',
	once TEXT UNIQUE
) STRICT;
CREATE INDEX outbox_due ON outbox (relay, next_try, id) WHERE state = 'queued' OR state = 'deferred' OR state = 'unknown';
CREATE INDEX outbox_next ON outbox (next_try) WHERE state = 'queued' OR state = 'deferred' OR state = 'unknown';
CREATE INDEX outbox_open ON outbox (state, id) WHERE state NOT IN ('sent', 'cancelled');
CREATE INDEX outbox_ticket ON outbox (ticket) WHERE ticket IS NOT NULL;

CREATE TABLE recipient (
	outbox INTEGER NOT NULL REFERENCES outbox,
	address TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state = 'queued' OR state = 'sent' OR state = 'deferred' OR state = 'failed' OR state = 'unknown' OR state = 'bounced'),
	code INTEGER NOT NULL DEFAULT 0,
	text TEXT NOT NULL DEFAULT '',
	at INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (outbox, address)
) STRICT, WITHOUT ROWID;

-- What was observed and could not be tied to a ticket.
CREATE TABLE counter (
	name TEXT PRIMARY KEY,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
