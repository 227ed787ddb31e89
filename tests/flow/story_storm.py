"""A desk somewhere sends mail after mail of its own making: each is a ticket, and the agents are told of the first ones only. A
person who writes as often is never passed over."""
MAILS, ALOUD = 7, 4


def story(desk):
    machine = {"auto_submitted": "auto-generated", "x_triaged_loop": "Somebody Else"}
    for i in range(MAILS):
        desk.write("Machine %d" % i, who="robot", **machine)
        desk.write("Person %d" % i, who="ann")
    desk.settle()
    subjects = [mail["Subject"] for mail in desk.box(desk.agent1).mails()]
    assert sum("Person" in subject for subject in subjects) == MAILS, subjects
    assert sum("Machine" in subject for subject in subjects) == ALOUD, subjects
