"""Only "[#N]" in the subject is left of a conversation: from a participant it is the same ticket, from a stranger a new one
that says "perhaps", whose words the customer never sees."""
CASES = ["participant", "stranger"]


def story(desk, case):
    number, _, _, _ = desk.conversation()
    subject = "about [#%d], the lamp" % number
    desk.write(subject, "Which bulb does it take?\n", who="mary" if case == "participant" else "mallory")
    if case == "participant":
        ticket = desk.grown(number, 3)
        assert "number" in desk.why(number), desk.why(number)
        assert desk.tickets(subject=subject) == []
        return
    other = desk.about(subject)
    assert other["number"] != number and other["customer"] == desk.customer("mallory"), other
    links = [link for link in other["links"] if link["ticket"] == number]
    assert links and links[0]["why"], other["links"]
    desk.settle()
    ticket = desk.ticket(number)
    assert len(ticket["messages"]) == 2 and ticket["state"] == "waiting", ticket
    assert len(desk.box(desk.customer()).mails()) == 1 and desk.box(desk.customer("mallory")).mails() == []
