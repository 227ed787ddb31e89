"""An agent's answer carries our notice: attached as a mail, as a file, as a file in a file, or flat above her words. The customer
gets her words without the notice, or nothing; the address that was made for the agent never. The agent is told what stayed."""
import email
import email.policy

from desk import TOKEN, answer_to, submit, words_of

CASES = ["as a mail", "as a file", "as a text", "within a mail within a file", "above the words"]


def answer(desk, case, notice):
    words = "Change the bulb." if case != "above the words" else words_of(notice) + "\n\nChange the bulb.\n"
    mail = answer_to(notice, "Jana <%s>" % desk.agent1, words, quote=False)
    copy = email.message_from_bytes(notice.as_bytes(), policy=email.policy.default)
    if case == "as a mail":
        mail.add_attachment(copy)
    elif case == "as a file":
        mail.add_attachment(copy.as_bytes(), maintype="application", subtype="octet-stream", filename="notice.eml")
    elif case == "as a text":
        mail.add_attachment(copy.as_bytes().decode(), filename="notice.txt")
    elif case == "within a mail within a file":
        outer = answer_to(notice, "Jana <%s>" % desk.agent1, "See below.", quote=False)
        outer.add_attachment(copy)
        mail.add_attachment(outer.as_bytes(), maintype="application", subtype="octet-stream", filename="both.eml")
    if case != "above the words":
        mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="bulb.pdf")
    submit(desk.env, desk.agent1, mail)


def everything(raw):
    """The mail with all of its parts decoded, as one text."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    parts = [part.get_payload(decode=True) or b"" for part in mail.walk() if not part.is_multipart()]
    return b"\n".join([raw] + parts).decode("utf-8", "replace").lower()


def story(desk, case):
    desk.write("My lamp is dark")
    number = desk.about("My lamp is dark")["number"]
    notice = desk.notice(number)
    answer(desk, case, notice)
    desk.grown(number, 2)
    desk.notice(number, desk.agent1, lambda mail: "not sent" in words_of(mail) or "was left out" in words_of(mail))
    desk.settle()
    token = TOKEN.findall(str(notice["Reply-To"]))[0].lower()
    mails = desk.box(desk.customer()).raw()
    assert len(mails) == (0 if case == "above the words" else 1), "%d mails to the customer" % len(mails)
    for raw in mails:
        all_ = everything(raw)
        assert "change the bulb" in all_ and "bulb.pdf" in all_, all_
        assert token not in all_ and "=-=-= triaged" not in all_ and desk.agent1 not in all_, all_
