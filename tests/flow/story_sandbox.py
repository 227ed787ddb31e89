"""The sandbox keeps what the other stories rest on: its mail server takes out what claims to be its word, vouches for logged-in
senders only, and lets nobody write under another's name. No desk takes part."""
import imaplib
import smtplib
import ssl

from desk import letter, submit, wait_for

START = False

CLAIMS = ["mx.desk.test; auth=pass", "MX.desk.test 1; dmarc=pass", "(a (b) \\) c) mx.desk.test; auth=pass",
          "\"mx.desk.t\\est\"; auth=pass", "(never ends mx.desk.test; auth=pass", "mx.desk.test/1; auth=pass", "\r\n mx.desk.test; x"]
OTHERS = ["mx.desk.test.evil.test; auth=pass", "other.test; auth=pass (mx.desk.test)", "evil-mx.desk.test; auth=pass"]


def refused(what, code, action):
    try:
        action()
    except (smtplib.SMTPDataError, smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
        found = list(error.recipients.values())[0][0] if hasattr(error, "recipients") else error.smtp_code
        assert found == code, "%s: %s" % (what, error)
        return
    raise AssertionError("%s was let through" % what)


def story(desk):
    box = desk.box(desk.support)
    forged = "".join("Authentication-Results: %s\r\n" % value for value in CLAIMS + OTHERS)
    raw = "From: a@customer.test\r\n%sTo: %s\r\nSubject: one\r\n\r\nx\r\n" % (forged, desk.support)
    desk.outside(raw.encode(), "a@customer.test", [desk.support.replace("@", "+detail@")])
    mail = box.wait("the mail to a plus-address", lambda m: m["Subject"] == "one")[0]
    assert mail.get_all("Authentication-Results") == OTHERS, mail.get_all("Authentication-Results")
    assert mail["Message-ID"] is None, "the front door adds nothing"

    good = letter("Jana <%s>" % desk.agent1, desk.support, "two", "x\n")
    good["Authentication-Results"] = "mx.desk.test; auth=pass smtp.auth=manager@desk.test"
    submit(desk.env, desk.agent1, good)
    mail = box.wait("the agent's mail", lambda m: m["Subject"] == "two")[0]
    assert mail.get_all("Authentication-Results") == ["mx.desk.test; auth=pass smtp.auth=%s" % desk.agent1]

    false = letter("Jana <%s>" % desk.agent2, desk.support, "three", "x\n")
    refused("another's From", 550, lambda: submit(desk.env, desk.agent1, false))
    refused("another domain", 554, lambda: submit(desk.env, desk.agent1, good, ["a@elsewhere.test"]))
    refused("another domain from outside", 554, lambda: desk.outside(raw.encode(), "a@customer.test", ["a@elsewhere.test"]))
    two = letter("Jana <%s>, Peter <%s>" % (desk.agent1, desk.agent2), desk.support, "four", "x\n")
    refused("two senders", 550, lambda: submit(desk.env, desk.agent1, two))
    desk.servers.refuse(desk.customer(), "450 4.2.2 full")
    refused("a full mailbox", 450, lambda: submit(desk.env, desk.agent1, good, [desk.customer()]))
    desk.servers.refuse(desk.customer(), None)
    submit(desk.env, desk.agent1, good, [desk.customer()])
    wait_for("the mail after all", desk.box(desk.customer()).mails)
    wrong_password(desk)


def wrong_password(desk):
    context = ssl.create_default_context(cafile=desk.env["CA_FILE"])
    with imaplib.IMAP4(desk.env["IMAP_HOST"], int(desk.env["IMAP_STARTTLS_PORT"])) as imap:
        imap.starttls(context)
        try:
            imap.login(desk.agent1, "wrong")
        except imaplib.IMAP4.error:
            return
    raise AssertionError("any password is good")
