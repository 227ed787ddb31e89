"""A token with one letter changed, or somebody else's mail to a good one: a guessed address opens no ticket of others, and says
nothing about whether it was nearly right."""
import re

from desk import TOKEN, letter

CASES = ["changed", "cut", "a stranger with a good one"]


def forge(case, address):
    token = TOKEN.search(address).group(1)
    if case == "changed":
        return address.replace(token, token[:-9] + ("a" if token[-9] != "a" else "b") + token[-8:])
    return address.replace(token, token[:-4]) if case == "cut" else address


def story(desk, case):
    number, _, _, answer = desk.conversation()
    to = forge(case, re.sub(r".*<|>.*", "", str(answer["Reply-To"])))
    subject = "A guess"
    desk.outside(letter("Mallory <%s>" % desk.customer("mallory"), to, subject, "Tell me all about it.\n"), to=[to])
    if case == "a stranger with a good one":
        message = desk.grown(number, 3)["messages"][2]
        assert message["kind"] == "unverified", message
    else:
        assert desk.about(subject)["number"] != number
    desk.settle()
    if case != "a stranger with a good one":
        assert len(desk.ticket(number)["messages"]) == 2, "a forged token reached the ticket"
    assert len(desk.box(desk.customer()).mails()) == 1, "Mallory's words were sent to the customer"
    assert desk.box(desk.customer("mallory")).mails() == []
