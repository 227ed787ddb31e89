#!/usr/bin/env python3
"""The story of contrib/try: one conversation through a sandbox desk, printing what each person sees.

usage: story.py DIR
"""
import subprocess
import sys
import time

from people import Mailbox, answer_to, letter, outside, read_env, submit, words_of


def show(who, mail):
    print("\n--- %s" % who)
    for name in ("From", "To", "Reply-To", "Subject"):
        if mail[name]:
            print("%s: %s" % (name, mail[name]))
    print("\n" + words_of(mail).rstrip())


def triagectl(env, *words):
    print("\n$ triagectl %s" % " ".join(words), flush=True)
    subprocess.run(("triagectl",) + words, env=env, check=True, stdin=subprocess.DEVNULL)


def the_number(notice):
    """[#12] in the subject of a notice -> "12"."""
    return notice["Subject"].split("[#", 1)[1].split("]", 1)[0]


def main():
    env = read_env(sys.argv[1] + "/env")
    customer = "mary.%d@customer.test" % int(time.time())  # a new one each time the story is told
    about = "Where is my order %d?" % (int(time.time()) % 1000000)
    agent, hers = Mailbox(env, "agent1@desk.test"), Mailbox(env, customer)

    first = letter("Mary Customer <%s>" % customer, "support@desk.test", about,
                   "Hello,\n\nI ordered two lamps a week ago and have heard nothing since.\n\nMary\n")
    outside(env, first)
    show("Mary, a customer, writes to support@desk.test", first)

    notice = agent.wait("the notice", lambda mail: about in mail["Subject"])[0]
    number = the_number(notice)
    triagectl(env, "ticket", "show", number)
    show("Jana, agent1, finds in her inbox", notice)

    submit(env, "agent1@desk.test", answer_to(notice, "Jana Agent <agent1@desk.test>",
                                              "Hello Mary,\n\nyour lamps leave our house today.\n\nJana"))
    answer = hers.wait("the answer", lambda mail: about in mail["Subject"])[0]
    show("Jana presses reply and sends; Mary finds in her inbox", answer)

    outside(env, answer_to(answer, "Mary Customer <%s>" % customer, "Thank you! Can I still change the colour?"))
    second = agent.wait("the second notice", lambda mail: about in mail["Subject"] and "colour" in words_of(mail))[-1]
    show("Mary presses reply; Jana finds in her inbox", second)
    assert the_number(second) == number, "the second mail became another ticket"

    print("\n--- The same ticket, and why each mail is in it")
    triagectl(env, "ticket", "show", number)
    triagectl(env, "why", number)


if __name__ == "__main__":
    main()
