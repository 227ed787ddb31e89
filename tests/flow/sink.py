"""A relay that does what a story tells it, on 127.0.0.1 and without TLS: says 4xx or 5xx, hangs up, and remembers each mail it
was given byte for byte. What it accepts it hands on to the sandbox's front door, so that people get it."""
import socketserver
import threading

from people import outside

HANG_UP = None


class Talk(socketserver.StreamRequestHandler):
    """One connection: RFC 5321, as little of it as a client of ours needs."""

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.sender, self.recipients = "", []
        self.say("220 sink.test ESMTP")
        for line in self.rfile:
            verb = line.strip().upper()
            if verb.startswith(b"EHLO"):
                self.say("250-sink.test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE 67108864")
            elif verb.startswith(b"QUIT"):
                return self.say("221 bye")
            elif not self.step(verb, line):
                return None
        return None

    def step(self, verb, line):
        """False: hang up."""
        if verb.startswith(b"MAIL"):
            self.sender, self.recipients = address(line), []
            return self.reply("mail", "250 2.1.0 ok")
        if verb.startswith(b"RCPT"):
            reply = self.server.sink.ruled("rcpt", [address(line)], "250 2.1.5 ok")
            if reply is not HANG_UP and reply.startswith("2"):
                self.recipients.append(address(line))
            return self.send(reply)
        if verb.startswith(b"DATA"):
            return self.data() if self.recipients else self.send("503 5.5.1 no recipients")
        return self.send("250 2.0.0 ok")

    def reply(self, step, usual):
        return self.send(self.server.sink.ruled(step, self.recipients, usual))

    def send(self, reply):
        if reply is not HANG_UP:
            self.say(reply)
        return reply is not HANG_UP

    def data(self):
        if not self.reply("data", "354 go on"):
            return False
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                return self.dot(b"".join(lines))
            lines.append(line[1:] if line.startswith(b".") else line)
        return False

    def dot(self, raw):
        sink = self.server.sink
        reply = sink.ruled("dot", self.recipients, "250 2.0.0 taken")
        sink.took(self.sender, self.recipients, raw, reply)
        return self.send(reply)


def address(line):
    return line.partition(b"<")[2].partition(b">")[0].decode()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Sink:
    """rule("rcpt", "temp@", "450 4.2.2 full") makes it say so, `times` times, for mails to an address that has the text in it."""

    def __init__(self, env, port=0):
        self.env = env
        self.rules = []
        self.mails = []  # (sender, recipients, bytes, reply)
        self.lock = threading.Lock()
        self.server = Server(("127.0.0.1", port), Talk)
        self.server.sink = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def rule(self, step, who, reply, times=1):
        with self.lock:
            self.rules.append([step, who, reply, times])

    def ruled(self, step, recipients, usual):
        with self.lock:
            for rule in self.rules:
                if rule[0] == step and rule[3] > 0 and any(rule[1] in recipient for recipient in recipients):
                    rule[3] -= 1
                    return rule[2]
        return usual

    def took(self, sender, recipients, raw, reply):
        with self.lock:
            self.mails.append((sender, list(recipients), raw, reply))
        if reply is not HANG_UP and reply.startswith("2"):
            outside(self.env, raw, sender, recipients)

    def given(self, who):
        """The bytes of every mail to `who` that got as far as its final dot."""
        with self.lock:
            return [raw for _, recipients, raw, _ in self.mails if who in recipients]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
