"""The relay is not there, says 4xx, says 5xx, or hangs up after the final dot. Nothing is lost; a refused answer is told to its
agent; only the last of these can give the customer the same bytes twice, with one Message-ID."""
import socket

from desk import wait_for, words_of
from sink import HANG_UP, Sink

CASES = ["down", "4xx", "5xx", "5xx after the data", "hangs up after the dot", "an agent is gone"]
START = False


def closed_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def row(desk, number, who, *states):
    """The outbox row of the ticket's mail to `who`, once it is in one of the states."""
    def find():
        for mail in desk.ctl("outbox", "list", "--all"):
            if mail["ticket"] == number and mail["state"] in states and any(r["address"] == who for r in mail["recipients"]):
                return mail
        return None
    return wait_for("the mail to %s to be %s" % (who, "/".join(states)), find)


def answered(desk):
    """A ticket with an agent's answer on its way to the customer: its number."""
    desk.write("My lamp is dark")
    number = desk.about("My lamp is dark")["number"]
    desk.answer(desk.notice(number), "Please change the bulb.")
    desk.grown(number, 2)
    return number


def down(desk):
    port = closed_port()
    desk.configure(smtp="plain localhost:%d" % port)
    desk.start()
    desk.write("My lamp is dark")
    number = desk.about("My lamp is dark")["number"]
    wait_for("the relay's trouble in status", lambda: any(r["state"] != "ok" and str(port) in str(r)
                                                           for r in desk.ctl("status")["relays"]))
    sink = Sink(desk.env, port)
    for mail in desk.ctl("outbox", "list"):
        desk.run("outbox", "retry", str(mail["id"]))
    for agent in (desk.agent1, desk.agent2):
        desk.notice(number, agent)
        wait_for("one notice", lambda who=agent: len(sink.given(who)) == 1)
    desk.settle()
    assert len(sink.given(desk.agent1)) == 2, "a notice of each mail, once"
    return sink


def temporary(desk, sink):
    sink.rule("rcpt", desk.customer(), "450 4.2.2 mailbox is full")
    number = answered(desk)
    mail = row(desk, number, desk.customer(), "deferred")
    (recipient,) = mail["recipients"]
    assert recipient["code"] == 450 and "mailbox is full" in recipient["text"] and mail["next_try"], mail
    desk.do("outbox", "retry", str(mail["id"]))
    desk.received("change the bulb")
    desk.settle()
    assert len(sink.given(desk.customer())) == 1


def permanent(desk, sink, step):
    sink.rule(step, desk.customer(), "550 5.1.1 user unknown")
    number = answered(desk)
    mail = row(desk, number, desk.customer(), "failed")
    assert mail["recipients"][0]["code"] == 550, mail
    told = desk.notice(number, predicate=lambda m: "user unknown" in words_of(m))
    assert desk.customer() in words_of(told), words_of(told)
    desk.settle()
    assert desk.box(desk.customer()).mails() == []
    assert row(desk, number, desk.customer(), "failed")["id"] == mail["id"], "a refused mail was tried again"


def uncertain(desk, sink):
    sink.rule("dot", desk.customer(), HANG_UP)
    number = answered(desk)
    desk.patience = 100  # it goes out again after a minute
    desk.wait("the second copy", lambda: len(sink.given(desk.customer())) == 2)
    row(desk, number, desk.customer(), "sent", "unknown")
    desk.settle()
    copies = sink.given(desk.customer())
    assert len(copies) == 2 and copies[0] == copies[1], "%d copies, equal: %s" % (len(copies), copies[0] == copies[1])


def partial(desk, sink):
    """One agent's mailbox is gone: the other has her notice all the same."""
    sink.rule("rcpt", desk.agent2, "550 5.1.1 user unknown", times=100)
    number = answered(desk)
    desk.received("change the bulb")
    row(desk, number, desk.agent2, "failed")
    assert desk.box(desk.agent2).mails() == []


def story(desk, case):
    if case == "down":
        sink = down(desk)
    else:
        sink = Sink(desk.env)
        desk.configure(smtp="plain localhost:%d" % sink.port)
        desk.start()
        if case == "4xx":
            temporary(desk, sink)
        elif case.startswith("5xx"):
            permanent(desk, sink, "rcpt" if case == "5xx" else "dot")
        elif case.startswith("hangs up"):
            uncertain(desk, sink)
        else:
            partial(desk, sink)
    desk.stop()
    sink.close()
