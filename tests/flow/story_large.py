"""A mail of 30 MiB is taken whole, with its attachment, and does not stop a small one behind it; one over the limit becomes
a ticket with its headers and the beginning of its text, and says so."""
import os

CASES = ["30 MiB", "over the limit"]


def story(desk, case):
    encoded = (30 if case == "30 MiB" else 44) << 20
    content = os.urandom(encoded * 54 // 74)  # base64 in lines: 54 bytes become 72 and a line end
    desk.write("The whole catalogue", "Please find the catalogue here.\n",
               attachments=[("catalogue.bin", "application/octet-stream", content)])
    desk.write("A small one", who="sam")
    desk.about("A small one")
    ticket = desk.about("The whole catalogue")
    (message,) = ticket["messages"]
    assert "catalogue here" in message["text"], message["text"][:200]
    if case == "30 MiB":
        assert [(a["name"], a["size"]) for a in message["attachments"]] == [("catalogue.bin", len(content))]
        notice = desk.notice(ticket["number"])
        assert [p.get_content() for p in notice.iter_attachments()] == [content], "the agent has other bytes"
    else:
        assert "larger than the desk takes" in desk.why(ticket["number"])
        desk.notice(ticket["number"])
    desk.settle()
