"""Each program is killed once at each of its named points while three conversations go on, and once all of them together as
by a power cut. Nothing is lost and nothing is doubled; only between the final dot and the relay's reply may a mail go out
twice, and then with one Message-ID."""
from desk import wait_for, words_of

CASES = ["desk-kept", "desk-before-done", "desk-done", "mime-read", "mime-compose", "fetch-listed", "fetch-body", "fetch-before-settle",
         "fetch-after-settle", "send-mail", "send-data", "send-dot", "send-result", "power cut"]
START = False
MAYBE_TWICE = ("send-dot", "power cut")
PEOPLE = ("ann", "bob", "cyd")


def once(mails, text, case):
    """The mails with this text: one, or copies of one where the case allows it."""
    found = [mail for mail in mails if text in words_of(mail)]
    ids = {mail["Message-ID"] for mail in found}
    assert len(ids) == 1, "%d mails with %r" % (len(ids), text)
    assert len(found) == 1 or (case in MAYBE_TWICE and len(found) == 2), "%d copies of the mail with %r" % (len(found), text)


def story(desk, case):
    desk.patience = 100  # what may have been sent goes out again after a minute
    desk.start(failpoint=None if case == "power cut" else case)
    for who in PEOPLE:
        desk.write("Lamp of %s" % who, "The lamp of %s is dark.\n" % who, who=who)
    if case == "power cut":
        desk.about("Lamp of ann")
        desk.kill()
        desk.start()
    numbers = {who: desk.about("Lamp of %s" % who)["number"] for who in PEOPLE}
    for who in PEOPLE:
        desk.answer(desk.notice(numbers[who]), "Dear %s, change the bulb." % who)
    for who in PEOPLE:
        desk.reply(desk.received("Dear %s, change" % who, who=who), "Still dark, says %s." % who, who=who)
    for who in PEOPLE:
        desk.notice(numbers[who], predicate=lambda mail, who=who: "Still dark, says %s." % who in words_of(mail))
    if case != "power cut":
        wait_for("the point %s to be passed" % case, desk.died)
    desk.settle()
    for who in PEOPLE:
        ticket = desk.ticket(numbers[who])
        assert [m["kind"] for m in ticket["messages"]] == ["customer", "agent", "customer"], ticket["messages"]
        once(desk.box(desk.customer(who)).mails(), "Dear %s, change" % who, case)
        for agent in (desk.agent1, desk.agent2):
            fresh = [mail for mail in desk.box(agent).mails() if "[#%d]" % numbers[who] in mail["Subject"]]
            once([m for m in fresh if "change the bulb" not in words_of(m)], "The lamp of %s is dark." % who, case)
            once(fresh, "Still dark, says %s." % who, case)
    assert len(desk.tickets()) == len(PEOPLE) + 1, "a mail became two tickets"
