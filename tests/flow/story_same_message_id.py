"""Two mails with one Message-ID and other words: neither is lost and a stranger's does not get into the customer's ticket. The
same bytes again are no second mail."""
from desk import letter

CASES = ["a stranger", "the same customer", "the same bytes"]


def story(desk, case):
    first = desk.write("My lamp is dark", "It went out at noon.\n")
    number = desk.about("My lamp is dark")["number"]
    who = "mallory" if case == "a stranger" else "mary"
    if case == "the same bytes":
        desk.outside(first)
        desk.box(desk.support).wait("both copies", lambda m: m["Message-ID"] == first["Message-ID"], 2, folder="Processed")
    else:
        desk.outside(letter("Somebody <%s>" % desk.customer(who), desk.support, "Another matter", "Where is my bill?\n",
                            message_id=first["Message-ID"]))
    desk.settle()
    where = [(n, text.strip()) for n, kind, text in desk.texts() if kind == "customer"]
    assert [n for n, text in where if text == "It went out at noon."] == [number], where
    if case != "the same bytes":
        found = [n for n, text in where if text == "Where is my bill?"]
        assert len(found) == 1, where
        assert case != "a stranger" or found != [number], "a squatted Message-ID reached the ticket"
