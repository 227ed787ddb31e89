"""Mary copies her colleague on her mail; the colleague answers all: the same ticket, because she was named in the mail that
she answers. What she did not write to, she does not get: Cc makes nobody a reader of our answers."""
from desk import letter


def story(desk):
    carol = desk.customer("carol")
    first = desk.write("Two dark lamps", cc="Carol <%s>" % carol)
    ticket = desk.about("Two dark lamps")
    desk.notice(ticket["number"])
    desk.outside(letter("Carol <%s>" % carol, desk.support, "Re: Two dark lamps", "Mine is dark as well, on floor 3.\n",
                        cc=desk.customer(), in_reply_to=first["Message-ID"], references=first["Message-ID"]))
    ticket = desk.grown(ticket["number"], 2)
    assert ticket["messages"][1]["kind"] == "customer", ticket["messages"][1]
    assert "known" in desk.why(ticket["number"]), desk.why(ticket["number"])
    notice = desk.notice(ticket["number"], predicate=lambda mail: "floor 3" in str(mail))
    desk.answer(notice, "An electrician comes on Monday.")
    desk.received("electrician comes")
    desk.settle()
    assert not [mail for mail in desk.box(carol).mails() if "electrician" in str(mail)], "Cc subscribed somebody"
