"""A closed ticket: a real answer opens it again; "thank you" and an out-of-office are kept in it, and it stays closed."""
from desk import letter

CASES = ["answer", "thank you", "out of office"]
TEXTS = {"answer": "It is dark again since this morning, what shall I do now?", "thank you": "Thank you!"}


def story(desk, case):
    number, _, notice, answer = desk.conversation()
    desk.do("ticket", "close", str(number))
    assert desk.ticket(number)["state"] == "closed"
    if case == "out of office":
        desk.outside(letter("Mary <%s>" % desk.customer(), str(answer["Reply-To"]), "Out of office: " + answer["Subject"],
                            "I am on holiday until Monday.\n", auto_submitted="auto-replied",
                            in_reply_to=answer["Message-ID"]), sender="")
    else:
        desk.reply(answer, TEXTS[case])
    ticket = desk.grown(number, 3)
    desk.settle()
    assert len(desk.box(desk.customer()).mails()) == 1, "a machine answered the customer"
    ticket = desk.ticket(number)
    wanted = "open" if case == "answer" else "closed"
    assert ticket["state"] == wanted, "%s, not %s" % (ticket["state"], wanted)
    assert ticket["messages"][2]["kind"] == ("auto" if case == "out of office" else "customer"), ticket["messages"][2]
