"""One mail to support@ and billing@ arrives in both mailboxes: one ticket, one notice to each agent, both copies settled."""
from desk import letter, wait_for


def story(desk):
    mail = letter("Mary <%s>" % desk.customer(), "%s, %s" % (desk.support, desk.billing), "For both of you", "Hello both.\n")
    desk.outside(mail, to=[desk.support, desk.billing])
    ticket = desk.about("For both of you")
    desk.box(desk.support).wait("support's copy", lambda m: m["Message-ID"] == mail["Message-ID"], folder="Processed")
    wait_for("the flag on billing's copy", lambda: "\\Seen" in str(desk.box(desk.billing).flags()))
    desk.settle()
    assert len(desk.tickets(subject="For both of you")) == 1
    assert len(desk.ticket(ticket["number"])["messages"]) == 1, "the mail is in its ticket twice"
    for agent in (desk.agent1, desk.agent2):
        notices = [m for m in desk.box(agent).mails() if "[#%d]" % ticket["number"] in m["Subject"]]
        assert len(notices) == 1, "%d notices to %s" % (len(notices), agent)
