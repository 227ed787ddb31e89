"""The customer answers to the signed address from another program, with another subject and no thread ids: the same ticket,
and `why` says that the address was signed."""
from desk import letter


def story(desk):
    number, _, _, answer = desk.conversation()
    mail = letter("Mary <%s>" % desk.customer(), str(answer["Reply-To"]), "quite another thing", "Which bulb does it take?\n")
    desk.outside(mail)
    ticket = desk.grown(number, 3)
    assert ticket["messages"][2]["kind"] == "customer", ticket["messages"][2]
    assert ticket["state"] == "open" and "signed" in desk.why(number), desk.why(number)
    desk.notice(number, predicate=lambda mail: "Which bulb" in str(mail))
