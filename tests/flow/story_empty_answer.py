"""An agent presses send on an answer without words of her own: the customer gets nothing, and the agent is told so."""
from desk import words_of


def story(desk):
    desk.write("My lamp is dark")
    number = desk.about("My lamp is dark")["number"]
    desk.answer(desk.notice(number), "")
    ticket = desk.grown(number, 2)
    assert ticket["messages"][1]["kind"] == "note" and ticket["state"] == "new", ticket
    desk.notice(number, desk.agent1, lambda mail: "was not sent" in words_of(mail))
    desk.settle()
    assert not desk.box(desk.customer()).mails(), "a mail without words went to the customer"
    assert not [mail for mail in desk.box(desk.agent2).mails() if "answered the customer" in words_of(mail)]
