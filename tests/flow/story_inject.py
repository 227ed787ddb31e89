"""Mail by the pipe, as /etc/aliases or a sieve script hand it in: 0 only once it is kept, 75 while there is no desk, so that
the mail server keeps it and tries again; so is a mailbox that is misspelt. Never 65: what cannot be read is a ticket too."""
import os

MAIL = b"From: Mary <%s>\nTo: support\nSubject: %s\nMessage-ID: <%s@customer.test>\n\nBy the pipe.\n"


def story(desk):
    def inject(raw, *words):
        return desk.run("inject", *(words or ("--mailbox", "support")), stdin=raw).returncode

    who = desk.customer().encode()
    assert inject(MAIL % (who, b"By pipe 1", b"p1")) == 0
    ticket = desk.about("By pipe 1")
    desk.notice(ticket["number"])
    assert inject(MAIL % (who, b"By pipe 2", b"p2"), "--mailbox", "nowhere") == os.EX_TEMPFAIL
    for number, raw in enumerate((b"", b"no header at all", b"\0\xff\r\r\n" * 100, b" folded: first\n\nbody\n")):
        status = inject(raw)
        assert status == 0, "mail %d that cannot be read: %d" % (number, status)

    desk.stop()
    assert inject(MAIL % (who, b"By pipe 3", b"p3")) == os.EX_TEMPFAIL
    desk.start()
    assert inject(MAIL % (who, b"By pipe 3", b"p3")) == 0
    desk.about("By pipe 3")
    desk.settle()
    assert not desk.tickets(subject="By pipe 2")
