"""The customer's mail program drops Reply-To and subject; what is left is References: to our answer, or to her own first mail."""
from desk import letter

CASES = ["ours", "her own"]


def story(desk, case):
    number, first, _, answer = desk.conversation()
    parent = (answer if case == "ours" else first)["Message-ID"]
    desk.outside(letter("Mary <%s>" % desk.customer(), desk.support, "from my phone", "Which bulb does it take?\n",
                        references=parent))
    ticket = desk.grown(number, 3)
    assert ticket["messages"][2]["kind"] == "customer", ticket["messages"][2]
    assert desk.tickets(subject="from my phone") == []
    assert ("signed" if case == "ours" else "known") in desk.why(number), desk.why(number)
