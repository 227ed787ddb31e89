"""The agents of this desk are another desk's mailbox, and the other way round: each notice opens a ticket over there, whose notice
comes back. Soon it is quiet, and all mails are in tickets."""
from desk import Desk

START = False
MOST = 4  # tickets a desk


def employ(desk, agents):
    """agents: the one who is told of each ticket of this desk."""
    text = desk.conf()
    for agent in (desk.agent1, desk.agent2):
        text = "\n".join(line for line in text.splitlines() if "agent %s " % agent not in line)
    text = text.replace("    manager ", "    agent %s\n    manager " % agents, 1)
    with open(desk.conf_path, "w", encoding="utf-8") as out:
        out.write(text + "\n")


def story(desk):
    other = Desk(desk.servers, "two-desks-other")
    try:
        employ(desk, other.support)
        employ(other, desk.support)
        desk.start()
        other.start()
        desk.write("My lamp is dark")
        desk.about("My lamp is dark")
        quiet_both(desk, other)
        assert len(desk.tickets()) <= MOST and 0 < len(other.tickets()) <= MOST, (len(desk.tickets()), len(other.tickets()))
        other.finish()
    finally:
        other.abandon()


def count(desk, what):
    return sum(len(desk.ticket(ticket["number"])[what]) for ticket in desk.tickets())


def quiet_both(desk, other):
    """Each has had all that the other sent."""
    desk.wait("two quiet desks", lambda: desk.quiet() and other.quiet() and
              count(desk, "messages") == count(other, "outbox") + 1 and count(other, "messages") == count(desk, "outbox"))
