"""Mails without a Message-ID, or with one that is none: two of them are two tickets, and can be answered like any other."""
CASES = ["none", "empty", "nonsense"]
FIELD = {"none": b"", "empty": b"Message-ID: <>\r\n", "nonsense": b"Message-ID: hello there\r\n"}


def story(desk, case):
    for number in (1, 2):
        raw = b"From: Mary <%s>\r\nTo: %s\r\n%sSubject: Lamp %d\r\n\r\nLamp %d is dark.\r\n" % (
            desk.customer().encode(), desk.support.encode(), FIELD[case], number, number)
        desk.outside(raw, desk.customer(), [desk.support])
    one, two = desk.about("Lamp 1"), desk.about("Lamp 2")
    assert one["number"] != two["number"] and len(one["messages"]) == len(two["messages"]) == 1
    desk.answer(desk.notice(one["number"]), "Please change the bulb.")
    desk.reply(desk.received("change the bulb"), "I have changed it, and it is still dark.")
    assert desk.grown(one["number"], 3)["state"] == "open"
