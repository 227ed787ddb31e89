"""The whole way: the agent answers with an attachment and both names are not ASCII; the customer sees an answer to her own mail
from "agent, desk" at the mailbox's address, without our head, our quote or any token of the agent's; the other agent sees it
too; the ticket waits and is the agent's; the customer's next mail opens it again and goes to the agents."""
from desk import words_of

CONF = {"jana": "Jana Ščastná"}
BILL = b"%PDF-1.4\n" + bytes(range(256)) * 9


def story(desk):
    first = desk.write("My lamp is dark", "Hello,\n\nit went out at noon.\n")
    number = desk.about("My lamp is dark")["number"]
    notice = desk.notice(number)
    desk.answer(notice, "Dear Mary,\n\nplease change the bulb. Žiarovka je v prílohe.\n\nJana",
                attachments=[("účet č. 5 – kópia.pdf", "application/pdf", BILL)])

    mail = desk.received("change the bulb")
    sender = mail["From"].addresses[0]
    assert sender.addr_spec == desk.support and sender.display_name == "Jana Ščastná, Acme Support", mail["From"]
    assert "[#%d]" % number in mail["Subject"] and "My lamp is dark" in mail["Subject"], mail["Subject"]
    assert mail["In-Reply-To"] == first["Message-ID"] and first["Message-ID"] in mail["References"], "the thread is lost"
    assert desk.box(desk.customer()).mails()[0]["To"].addresses[0].addr_spec == desk.customer()
    assert not mail["Auto-Submitted"], "an agent's own words are no machine's"
    text = words_of(mail)
    assert "Žiarovka je v prílohe." in text and "wrote:" not in text and desk.agent1 not in str(mail), text
    assert [(p.get_filename(), p.get_content()) for p in mail.iter_attachments()] == [("účet č. 5 – kópia.pdf", BILL)]

    ticket = desk.grown(number, 2)
    assert ticket["state"] == "waiting" and ticket["assignee"] == desk.agent1, (ticket["state"], ticket["assignee"])
    assert ticket["messages"][1]["kind"] == "agent", ticket["messages"][1]
    desk.notice(number, desk.agent2, lambda copy: "change the bulb" in words_of(copy))

    desk.reply(mail, "It shines again, but only by day. How come?")
    ticket = desk.grown(number, 3)
    assert ticket["state"] == "open", ticket["state"]
    again = desk.notice(number, desk.agent1, lambda mail: "only by day" in words_of(mail))
    assert "went out at noon" not in words_of(again).split("only by day")[0], "old words stand before the new ones"
    desk.settle()
    assert len(desk.box(desk.customer()).mails()) == 1, "the customer has one mail of ours"
