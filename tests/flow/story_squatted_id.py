"""Somebody takes the Message-ID of our answer for a mail of his own: it is read all the same, as a ticket of his."""


def story(desk):
    number, _, _, received = desk.conversation()
    desk.write("Mine is dark too", who="mallory", message_id=received["Message-ID"])
    ticket = desk.about("Mine is dark too")
    assert ticket["number"] != number and ticket["customer"] == desk.customer("mallory"), ticket
    desk.notice(ticket["number"])
    desk.grown(number, 2)
