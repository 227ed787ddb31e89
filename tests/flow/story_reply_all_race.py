"""A colleague's reply-all comes before the mail it answers. Nothing is lost, and the two are known to belong together: of two
people they stay two tickets, linked; never merged over two customers' heads."""
from desk import letter

CASES = ["two people", "one person"]


def story(desk, case):
    colleague = "carol" if case == "two people" else "mary"
    first = letter("Mary <%s>" % desk.customer(), desk.support, "Two dark lamps", "Both are dark.\n", cc=desk.customer("carol"))
    late = letter("Somebody <%s>" % desk.customer(colleague), desk.support, "Re: Two dark lamps", "Mine as well, on floor 3.\n",
                  in_reply_to=first["Message-ID"], references=first["Message-ID"])
    desk.outside(late)
    early = desk.about("Re: Two dark lamps")
    desk.outside(first, to=[desk.support])
    desk.settle()
    where = {text.strip(): number for number, kind, text in desk.texts() if kind == "customer"}
    assert {"Both are dark.", "Mine as well, on floor 3."} <= set(where), where
    number = where["Both are dark."]
    if case == "two people":
        assert number != early["number"], "two customers' tickets were merged"
    if number != early["number"]:
        linked = {link["ticket"] for link in desk.ticket(number)["links"] + early["links"]}
        linked |= {link["ticket"] for link in desk.ticket(early["number"])["links"]}
        assert linked & {number, early["number"]}, "the two tickets do not know of each other"
