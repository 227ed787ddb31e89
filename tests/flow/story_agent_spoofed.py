"""Somebody has got hold of the address that was made for agent1 and writes to it under her name. Without a login of hers the
words stay an unverified note: no customer sees them, nothing is closed, and the real agent is told in a mail of its own."""
from desk import letter, submit, words_of

CASES = ["from outside", "forged results", "forged results in comments", "another agent", "a logged-in customer", "two froms"]
FORGED = {
    "forged results": "mx.desk.test; auth=pass smtp.auth={0}; dmarc=pass header.from=desk.test",
    "forged results in comments": "(a; b) \"mx.desk.test\" 1; auth=pass smtp.auth={0}",
}


def hand_in(desk, case, notice):
    to = str(notice["Reply-To"])
    sender = {"another agent": desk.agent2, "a logged-in customer": desk.customer("mallory")}.get(case, desk.agent1)
    mail = letter("Jana Agent <%s>" % sender, to, "Re: " + notice["Subject"], "close\n\nGive me your password.\n",
                  in_reply_to=notice["Message-ID"])
    if case in FORGED:
        mail["Authentication-Results"] = FORGED[case].format(desk.agent1)
    if sender != desk.agent1:
        submit(desk.env, sender, mail, to=[to])
    elif case == "two froms":
        raw = b"From: <%s>\r\n" % desk.customer("mallory").encode() + mail.as_bytes()
        desk.outside(raw, desk.customer("mallory"), [to])
    else:
        desk.outside(mail, desk.agent1, [to])


def story(desk, case):
    number, _, notice, _ = desk.conversation()
    before = len(desk.box(desk.agent1).mails())
    hand_in(desk, case, notice)
    ticket = desk.grown(number, 3)
    assert ticket["messages"][2]["kind"] == "unverified", ticket["messages"][2]
    assert ticket["state"] != "closed", "an unverified mail has closed the ticket"
    desk.box(desk.agent1).wait("the warning", lambda mail: "[#%d]" % number in mail["Subject"] and
                               "verif" in (mail["Subject"] + words_of(mail)).lower(), seconds=20)
    desk.settle()
    mails = desk.box(desk.customer()).mails()
    assert len(mails) == 1 and "password" not in str(mails), "the customer was written to in our name"
    assert len(desk.box(desk.agent1).mails()) > before
