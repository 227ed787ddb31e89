"""The people around a sandbox desk, with nothing but a mail client each: what contrib/try's story and tests/flow share.

Nothing here sleeps for a time that should do: wait_for asks again until the answer is there, or says what it last saw.
"""
import email
import email.policy
import imaplib
import os
import shlex
import smtplib
import ssl
import time
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid, parseaddr

PATIENCE = 30.0


class TooLate(AssertionError):
    """A condition that did not come."""


class Busy(AssertionError):
    """An answer that cannot be had just now; wait_for asks again."""


def wait_for(what, condition, seconds=PATIENCE):
    """The first true answer of condition()."""
    end = time.monotonic() + seconds
    pause = 0.02
    while True:
        trouble = None
        try:
            answer = condition()
        except Busy as busy:
            answer, trouble = None, busy
        if answer:
            return answer
        if time.monotonic() > end:
            raise TooLate("waited %d s for %s%s" % (seconds, what, ": %s" % trouble if trouble else ""))
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)


def read_env(path):
    """The variables of DIR/env, as a shell that sourced it would have them."""
    env = dict(os.environ)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            words = shlex.split(line, comments=True)
            if len(words) == 2 and words[0] == "export":
                name, _, value = words[1].partition("=")
                env[name] = value.replace("$PATH", env.get("PATH", ""))
    return env


def letter(sender, to, subject, text, **fields):
    """A mail as a client would write it. Fields: cc, in_reply_to, references, message_id (None: without), ...;
    attachments is a list of (name, type, bytes)."""
    mail = EmailMessage(policy=email.policy.SMTP.clone(cte_type="8bit"))
    attachments = fields.pop("attachments", [])
    mail["From"] = sender
    mail["To"] = to
    if subject is not None:
        mail["Subject"] = subject
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = fields.pop("message_id", "") or make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2])
    for name, value in fields.items():
        mail[name.replace("_", "-").title()] = value
    mail.set_content(text)
    for name, kind, content in attachments:
        maintype, subtype = kind.split("/")
        mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    return mail


def answer_to(received, sender, text, quote=True, **fields):
    """The reply a mail client makes of a received mail: to its Reply-To, with the thread's ids, our words above the quote."""
    ids = (received.get("References", "") + " " + received.get("Message-ID", "")).split()
    subject = received["Subject"]
    if quote:
        old = words_of(received)
        text = "%s\n\nOn %s, %s wrote:\n%s\n" % (text, received["Date"], received["From"],
                                               "\n".join("> " + line for line in old.splitlines()))
    return letter(sender, received.get("Reply-To", received["From"]),
                  subject if subject.lower().startswith("re:") else "Re: " + subject, text,
                  in_reply_to=received["Message-ID"], references=" ".join(ids), **fields)


def words_of(mail):
    """The plain text of a received mail, LF line ends."""
    part = mail.get_body(preferencelist=("plain",))
    return part.get_content().replace("\r\n", "\n") if part else ""


class Mailbox:
    """Somebody's IMAP client. Mails are read once and remembered by folder and UID."""

    def __init__(self, env, user):
        self.user = user
        context = ssl.create_default_context(cafile=env["CA_FILE"])
        self.imap = imaplib.IMAP4_SSL(env["IMAP_HOST"], int(env["IMAP_PORT"]), ssl_context=context)
        self.imap.login(user, "secret")
        self.seen = {}

    def raw(self, folder="INBOX"):
        """Every mail of the folder as bytes, oldest first; none where there is no such folder."""
        status, _ = self.imap.select('"%s"' % folder, readonly=True)
        if status != "OK":
            return []
        seen = self.seen.setdefault(folder, {})
        uids = self.imap.uid("SEARCH", "ALL")[1][0].split()
        for uid in [uid for uid in uids if uid not in seen]:
            seen[uid] = self.imap.uid("FETCH", uid, "(BODY.PEEK[])")[1][0][1]
        return [seen[uid] for uid in uids]

    def mails(self, folder="INBOX"):
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.raw(folder)]

    def flags(self, folder="INBOX"):
        """The flags of every mail of the folder, as one text each."""
        self.imap.select('"%s"' % folder, readonly=True)
        return [answer.decode() for answer in self.imap.uid("FETCH", "1:*", "(FLAGS)")[1] if answer]

    def wait(self, what, predicate=lambda mail: True, count=1, folder="INBOX", seconds=PATIENCE):
        """The mails that match, once there are `count` of them."""
        def enough():
            found = [mail for mail in self.mails(folder) if predicate(mail)]
            return found if len(found) >= count else None
        return wait_for("%s in %s of %s" % (what, folder, self.user), enough, seconds)

    def close(self):
        try:
            self.imap.logout()
        except (OSError, imaplib.IMAP4.error):
            pass


def outside(env, mail, sender=None, to=None):
    """Hands a mail (EmailMessage or bytes) in at the front door, as any server of the internet would: no login."""
    raw = mail if isinstance(mail, bytes) else mail.as_bytes()
    if not isinstance(mail, bytes):
        sender = parseaddr(mail["From"])[1] if sender is None else sender
        to = to or [parseaddr(mail["To"])[1]]
    with smtplib.SMTP(env["SMTP_HOST"], int(env["MX_PORT"])) as server:
        server.sendmail(sender, to, raw)


def submit(env, user, mail, to=None):
    """Sends as `user`'s mail client does: STARTTLS, verified certificate, login."""
    everybody = mail.get_all("To", []) + mail.get_all("Cc", [])
    context = ssl.create_default_context(cafile=env["CA_FILE"])
    with smtplib.SMTP(env["SMTP_HOST"], int(env["SMTP_PORT"])) as server:
        server.starttls(context=context)
        server.login(user, "secret")
        server.sendmail(user, to or [a for _, a in email.utils.getaddresses([str(e) for e in everybody])], mail.as_bytes())
