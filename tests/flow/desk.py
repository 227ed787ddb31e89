"""A desk of its own for each story, on mail servers that all stories of a run share.

The servers have a mailbox for every address, so the seventh story works with support.s7@desk.test and agent1.s7@desk.test, and
never meets the mails of another. (Short, because a token of ours has to fit behind it: RFC 5321 section 4.5.3.1.1.)
"""
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "contrib", "lib"))

from people import (PATIENCE, Busy, Mailbox, TooLate, answer_to, letter, outside, read_env, submit,  # noqa: E402
                    wait_for, words_of)

__all__ = ["TOKEN", "Desk", "Servers", "TooLate", "answer_to", "letter", "outside", "submit", "wait_for", "words_of"]

TOKEN = re.compile(r"\+t([a-z2-7]{40})@", re.I)


def shell(function, *words):
    """Runs a function of contrib/lib; its complaint becomes ours."""
    script = 'set -eu; root=$1; shift; for f in common servers desk; do . "$root/contrib/lib/$f.sh"; done; "$@"'
    done = subprocess.run(["bash", "-c", script, "flow", ROOT, function, *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError("%s: %s" % (function, done.stderr.strip()))


class Servers:
    """Dovecot, Postfix and its border below a directory."""

    def __init__(self, directory, programs):
        self.directory = directory
        self.programs = programs
        shell("servers_up", directory)
        if os.geteuid() == 0:
            shell("desk_user")
        self.env = read_env(os.path.join(directory, "env"))
        self.env["PATH"] = programs + ":" + self.env["PATH"]
        self.lock = threading.Lock()
        self.desks = 0

    def tag(self):
        """What tells the addresses of one story from those of another."""
        with self.lock:
            self.desks += 1
            return "s%d" % self.desks

    def refuse(self, address, reply):
        """From now on the relay answers RCPT TO:<address> with reply ("450 4.2.2 full"); None: no more."""
        path = os.path.join(self.directory, "refusals")
        with self.lock:
            lines = []
            if os.path.exists(path):
                with open(path, encoding="utf-8") as old:
                    lines = [line for line in old if line.split()[0] != address]
            if reply:
                lines.append("%s %s\n" % (address, reply))
            with open(path + ".new", "w", encoding="utf-8") as new:
                new.writelines(lines)
            os.replace(path + ".new", path)

    def down(self):
        shell("servers_down", self.directory)


class Desk:
    """One triaged. Words for a story: write, reply, notice, answer, ticket, why, settle."""

    def __init__(self, servers, name, **conf):
        self.servers = servers
        self.env = dict(servers.env)
        self.tag = servers.tag()
        self.dir = os.path.join(servers.directory, "desks", "%s-%s" % (self.tag, name))
        self.address = {who: "%s.%s@desk.test" % (who, self.tag) for who in ("support", "billing", "agent1", "agent2", "manager")}
        self.support, self.billing = self.address["support"], self.address["billing"]
        self.agent1, self.agent2 = self.address["agent1"], self.address["agent2"]
        self.boxes = {}
        self.said = []
        self.process = None
        self.patience = PATIENCE  # seconds, for whatever the desk is to do
        self.conf_path = os.path.join(self.dir, "triaged.conf")
        self.log_path = os.path.join(self.dir, "triaged.log")
        self.env["TRIAGED_CONF"] = self.conf_path
        self.env["TRIAGED_SOCKET"] = os.path.join(self.dir, "desk", "control")
        self.make(**conf)

    # The desk itself

    def make(self, **conf):
        os.makedirs(os.path.join(self.dir, "desk"))
        for folder in (os.path.dirname(self.dir), self.dir):
            os.chmod(folder, 0o755)
        os.chmod(os.path.join(self.dir, "desk"), 0o700)
        if os.geteuid() == 0:
            subprocess.run(["chown", "triaged:triaged", os.path.join(self.dir, "desk")], check=True)
        secret = os.path.join(self.dir, "secret")
        with open(secret, "w", encoding="utf-8") as out:
            out.write("secret\n")
        os.chmod(secret, 0o400)
        self.configure(**conf)

    def configure(self, **conf):
        with open(self.conf_path, "w", encoding="utf-8") as out:
            out.write(self.conf(**conf))

    def conf(self, smtp=None, support_done='move "Processed"', billing_done="flag", jana="Jana Agent", more=""):
        """The configuration's text. smtp: what follows the word, where the relay is not the sandbox's."""
        at = dict(self.address, dir=self.dir, jana=jana, more=more, ca=self.env["CA_FILE"])
        text = """desk "Acme Support" {{
    store "{dir}/desk/desk.db"
    keys "{dir}/desk/keys"
    control "{dir}/desk/control"
    user "triaged"
    postmaster {manager}
    ca-file "{ca}"
}}
trust mx.desk.test
team support {{
    agent {agent1} "{jana}"
    agent {agent2} "Peter Agent"
    manager {manager}
}}
queue general {{ team support }}
queue billing {{ team support }}
{more}
""".format(**at)
        for name, done, queue in (("support", support_done, "general"), ("billing", billing_done, "billing")):
            login = 'user %s password-file "secret"' % self.address[name]
            text += "mailbox %s {\n    address %s\n" % (name, self.address[name])
            text += "    imap tls localhost:%s %s\n" % (self.env["IMAP_PORT"], login)
            text += "    smtp %s\n" % (smtp or "starttls localhost:%s %s" % (self.env["SMTP_PORT"], login))
            text += "    done %s\n    queue %s\n}\n" % (done, queue)
        return text

    def start(self, failpoint=None):
        """Starts triaged and waits until it answers. failpoint: where one of its programs dies, once."""
        env = dict(self.env)
        env.pop("TRIAGED_FAILPOINT", None)
        if failpoint:
            env.update(TRIAGED_FAILPOINT=failpoint, TRIAGED_FAILPOINT_ONCE=self.once())
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([os.path.join(self.servers.programs, "triaged"), "-f", "-c", self.conf_path],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, start_new_session=True)
        self.wait("triaged to answer", self.answers)
        return self

    def once(self):
        return os.path.join(self.dir, "once")

    def died(self):
        """Has the failpoint been passed? The file has a byte from then on."""
        return os.path.exists(self.once()) and os.path.getsize(self.once()) > 0

    def wait(self, what, condition):
        return wait_for(what, condition, self.patience)

    def answers(self):
        assert self.process.poll() is None, "triaged ended with status %s" % self.process.returncode
        return self.run("status").returncode == 0

    def stop(self):
        """An orderly end; triaged must leave with 0 and leave nobody behind."""
        if self.process is None:
            return
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(20)
        finally:
            self.end_group(process.pid)
        assert status == 0, "triaged left with status %d" % status

    def kill(self):
        """As a power cut: every program at once."""
        process, self.process = self.process, None
        self.end_group(process.pid)
        process.wait(10)

    @staticmethod
    def end_group(group):
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            pass

    # The terminal

    def run(self, *words, stdin=None):
        """triagectl with these words, as the finished process (text)."""
        return subprocess.run(["triagectl", "-c", self.conf_path, *words], env=self.env, input=stdin,
                              stdin=None if stdin is not None else subprocess.DEVNULL, capture_output=True, check=False,
                              timeout=60)

    def ctl(self, *words):
        """triagectl WORDS --json, which must succeed; its answer as Python. Busy: no desk to talk to just now."""
        done = self.run(*words, "--json")
        if done.returncode == os.EX_TEMPFAIL:
            raise Busy(done.stderr.decode())
        assert done.returncode == 0, "triagectl %s: status %d: %s" % (" ".join(words), done.returncode, done.stderr.decode())
        return json.loads(done.stdout) if done.stdout.strip() else None

    def do(self, *words):
        """triagectl WORDS, which must succeed; its text."""
        done = self.run(*words)
        assert done.returncode == 0, "triagectl %s: status %d: %s" % (" ".join(words), done.returncode, done.stderr.decode())
        return done.stdout.decode()

    def tickets(self, **wanted):
        """The tickets whose keys have these values."""
        return [t for t in self.ctl("ticket", "list") if all(t[key] == value for key, value in wanted.items())]

    def ticket(self, number):
        return self.ctl("ticket", "show", str(number))

    def about(self, subject, count=1):
        """The ticket(s) with this subject, once there are `count`: one as it is, several as a list."""
        found = self.wait("%d ticket(s) about %r" % (count, subject),
                          lambda: (lambda all_: all_ if len(all_) >= count else None)(self.tickets(subject=subject)))
        assert len(found) == count, "%d tickets about %r, not %d" % (len(found), subject, count)
        return self.ticket(found[0]["number"]) if count == 1 else [self.ticket(t["number"]) for t in found]

    def grown(self, number, count):
        """The ticket, once it has `count` messages; more is an error."""
        ticket = self.wait("%d messages in ticket %d" % (count, number),
                           lambda: (lambda t: t if len(t["messages"]) >= count else None)(self.ticket(number)))
        assert len(ticket["messages"]) == count, "%d messages in ticket %d, not %d" % (len(ticket["messages"]), number, count)
        return ticket

    def why(self, number):
        """Evidence and decisions as one text, to look for words in."""
        return json.dumps(self.ctl("why", str(number)), ensure_ascii=False)

    # The people

    def customer(self, who="mary"):
        return "%s.%s@customer.test" % (who, self.tag)

    def box(self, address):
        if address not in self.boxes:
            self.boxes[address] = Mailbox(self.env, address)
        return self.boxes[address]

    def outside(self, mail, sender=None, to=None):
        outside(self.env, mail, sender, to)

    def write(self, subject, text="Hello,\n\nplease help me.\n", who="mary", to=None, **fields):
        """A customer's new mail to support@, from outside."""
        mail = letter("%s Customer <%s>" % (who.title(), self.customer(who)), to or self.support, subject, text, **fields)
        self.said.append(subject)
        self.outside(mail)
        return mail

    def reply(self, received, text, who="mary", **fields):
        """The customer answers a mail she got."""
        mail = answer_to(received, "%s Customer <%s>" % (who.title(), self.customer(who)), text, **fields)
        self.outside(mail)
        return mail

    def notice(self, number, agent=None, predicate=lambda mail: True, count=1):
        """The agent's notices about the ticket that match: the last of them, once there are `count`."""
        return self.box(agent or self.agent1).wait(
            "notice %d about ticket %d" % (count, number),
            lambda mail: "[#%d]" % number in mail["Subject"] and predicate(mail), count, seconds=self.patience)[-1]

    def answer(self, notice, text, agent=None, **fields):
        """The agent presses reply in her mail client; she is logged in."""
        agent = agent or self.agent1
        mail = answer_to(notice, "%s <%s>" % (agent.split(".")[0].title(), agent), text, **fields)
        submit(self.env, agent, mail)
        return mail

    def received(self, text, who="mary", count=1):
        """The customer's mails from us that have this text, once there are `count`: the last."""
        return self.box(self.customer(who)).wait("mail with %r" % text, lambda mail: text in words_of(mail), count,
                                                 seconds=self.patience)[-1]

    def conversation(self, subject="My lamp is dark"):
        """A customer wrote, the agent answered, the customer has it: (number, first mail, notice, answer as received)."""
        first = self.write(subject)
        ticket = self.about(subject)
        notice = self.notice(ticket["number"])
        self.answer(notice, "Please change the bulb.")
        return ticket["number"], first, notice, self.received("change the bulb")

    # The end of a story

    def settle(self):
        """Waits until the desk has nothing left to do with what was sent before: a mail behind all others is done, none is in
        work, none waits to be sent at once."""
        subject = "Last mail %d" % len(self.said)
        self.write(subject, who="last")
        self.about(subject)
        self.wait("a quiet desk", self.quiet)

    def quiet(self):
        status = self.ctl("status")
        busy = [status["mails"].get("kept", 0)] + [status["outbox"].get(state, 0) for state in ("queued", "sending", "data")]
        return not any(busy)

    def texts(self):
        """Every message of every ticket: (ticket number, kind, text)."""
        return [(t["number"], m["kind"], m["text"]) for t in self.tickets() for m in self.ticket(t["number"])["messages"]]

    def finish(self):
        """What must hold after every story."""
        if not os.path.exists(self.log_path):
            return  # never started
        self.no_token_strays()
        self.stop()
        self.store_is_sound()
        self.log_is_discreet()

    def no_token_strays(self):
        """A token made for an agent is in no customer's mail, and the other way round."""
        tokens = {False: set(), True: set()}
        for address, box in self.boxes.items():
            ours = address.endswith("@desk.test")
            for mail in box.mails() if not address.startswith(("support.", "billing.")) else []:
                tokens[ours].update(t.lower() for t in TOKEN.findall(str(mail) + words_of(mail)))
        assert not tokens[False] & tokens[True], "a customer and an agent have been given the same token"

    def store_is_sound(self):
        store = sqlite3.connect("file:%s/desk/desk.db?mode=ro" % self.dir, uri=True)
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "integrity_check"
        assert store.execute("PRAGMA foreign_key_check").fetchall() == [], "foreign_key_check"
        store.close()

    def log_is_discreet(self):
        """No subject, no token and no trouble among our own parts in the log."""
        with open(self.log_path, encoding="utf-8", errors="replace") as lines:
            log = lines.read()
        for subject in self.said:
            assert not subject or subject not in log, "the subject %r is in the log" % subject
        assert not TOKEN.search(log), "a token is in the log"
        for word in ("Sanitizer", "assertion", "CRITICAL", "runtime error", " is ended: "):
            assert word not in log, "%s in the log" % word
        assert self.died() or "killed by signal" not in log, "a program of ours died"

    def abandon(self):
        """After the story, however it went."""
        if self.process is not None:
            self.kill()
        for box in self.boxes.values():
            box.close()
