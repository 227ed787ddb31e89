"""A customer's first mail: a new ticket, a notice to each agent of the queue's team and to nobody else, each with a Reply-To
made for this agent; the words, the non-ASCII name and the attachment as they came; the mail moved on the server. The customer
gets nothing: nobody has answered yet."""
from desk import TOKEN, words_of

PICTURE = bytes(range(256)) * 40


def story(desk):
    first = desk.write("Lampa nesvieti, 灯不亮", "Dobrý deň,\n\nlampa č. 7 nesvieti. 灯不亮。\n\nMária\n",
                       attachments=[("faktúra č. 5.png", "image/png", PICTURE)])
    ticket = desk.about("Lampa nesvieti, 灯不亮")
    assert ticket["state"] == "new" and ticket["queue"] == "general" and ticket["assignee"] in (None, ""), ticket
    assert ticket["customer"] == desk.customer(), ticket["customer"]
    (message,) = ticket["messages"]
    assert message["kind"] == "customer" and message["message_id"] == first["Message-ID"].strip("<>"), message
    assert "灯不亮。" in message["text"], message["text"]
    assert [(a["name"], a["size"]) for a in message["attachments"]] == [("faktúra č. 5.png", len(PICTURE))], message["attachments"]

    tokens = set()
    for agent in (desk.agent1, desk.agent2):
        notice = desk.notice(ticket["number"], agent)
        assert agent in notice["To"] and not notice["Cc"], "the notice is for %s alone: %s" % (agent, notice["To"])
        assert notice["Reply-To"].count("@") == 1 and len(TOKEN.findall(notice["Reply-To"])) == 1, notice["Reply-To"]
        tokens.update(TOKEN.findall(notice["Reply-To"]))
        assert "lampa č. 7 nesvieti. 灯不亮。" in words_of(notice) and desk.customer() in words_of(notice), words_of(notice)
        assert [(p.get_filename(), p.get_content()) for p in notice.iter_attachments()] == [("faktúra č. 5.png", PICTURE)]
        assert notice["Auto-Submitted"], "a notice is a machine's mail"
    assert len(tokens) == 2, "each agent has a token of her own"

    desk.box(desk.support).wait("the taken mail", lambda mail: mail["Message-ID"] == first["Message-ID"], folder="Processed")
    desk.settle()
    assert desk.box(desk.support).mails() == [], "nothing is left in the inbox"
    assert desk.box(desk.customer()).mails() == []
    assert len(desk.box(desk.agent1).mails()) == 2, "one notice for each of the two mails"
