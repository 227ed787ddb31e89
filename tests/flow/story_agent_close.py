"""`close` alone on the first line of a logged-in agent's answer closes the ticket, and the customer never sees the word; in a
sentence it is a word like any other, and in quoted text it is nothing."""
from desk import wait_for, words_of

CASES = ["with an answer", "alone", "in a sentence", "in the quote"]
TEXTS = {"with an answer": "close\n\nYour lamp is on its way.", "alone": "close",
         "in a sentence": "close the window, please.", "in the quote": "I shall look into it.\n\n> close"}


def story(desk, case):
    desk.write("My lamp is dark")
    number = desk.about("My lamp is dark")["number"]
    desk.answer(desk.notice(number), TEXTS[case])
    if case in ("with an answer", "alone"):
        wait_for("the ticket to be closed", lambda: desk.ticket(number)["state"] == "closed")
        assert desk.agent1 in desk.why(number), "nobody is said to have closed it"
    else:
        assert desk.grown(number, 2)["state"] == "waiting"
    desk.settle()
    texts = [words_of(mail) for mail in desk.box(desk.customer()).mails()]
    if case == "alone":
        assert texts == [], "the customer was sent an empty answer"
    else:
        assert len(texts) == 1, texts
    if case == "with an answer":
        assert "on its way" in texts[0] and "close" not in texts[0], texts[0]
