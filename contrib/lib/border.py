#!/usr/bin/env python3
"""The border of the sandbox's mail server: a milter (protocol 6) beside Postfix.

 - An Authentication-Results field that claims our name is taken out, whoever sent it.
 - A logged-in sender's From must be the login's own address (with or without a detail); the mail is then stamped
   "Authentication-Results: NAME; auth=pass smtp.auth=LOGIN". Nobody else is stamped.
 - Recipients named in the refusals file (lines "address code text", read anew each time) are refused with that reply on
   the logged-in side: how the tests make a relay say 4xx and 5xx.

usage: border.py SOCKET NAME REFUSALS
"""
import os
import re
import socketserver
import struct
import sys
from email.utils import getaddresses

ADD_HEADERS, CHANGE_HEADERS = 0x01, 0x10
# Steps we do not want to hear of: connect, helo, body, end of headers, unknown commands, data.
SKIP = 0x01 | 0x02 | 0x10 | 0x40 | 0x100 | 0x200
CONTINUE = (b"c", b"")


def base_address(address):
    """support+anything@desk.test -> support@desk.test, in lower case."""
    local, _, domain = address.lower().rpartition("@")
    return local.split("+")[0] + "@" + domain


def skip_comments(text):
    """What is left behind white space and (nested (comments)); None where a comment does not end."""
    text = text.lstrip()
    while text.startswith("("):
        depth, at = 0, 0
        while at < len(text):
            if text[at] == "\\":
                at += 1
            elif text[at] == "(":
                depth += 1
            elif text[at] == ")":
                depth -= 1
                if depth == 0:
                    break
            at += 1
        if depth:
            return None
        text = text[at + 1:].lstrip()
    return text


def claims(value, name):
    """Does this Authentication-Results say it was made by us? In doubt it does."""
    text = skip_comments(value)
    if text is None:
        return True
    if text.startswith('"'):
        quoted = re.match(r'"((?:[^"\\]|\\.)*)"', text, re.S)
        return quoted is None or re.sub(r"\\(.)", r"\1", quoted.group(1), flags=re.S).strip().lower() == name
    return re.split(r"[\s;(/]", text, maxsplit=1)[0].lower() == name


class Session(socketserver.StreamRequestHandler):
    """One SMTP connection; several mails may come through it."""

    def setup(self):
        super().setup()
        self.forget()

    def forget(self):
        self.login = ""
        self.results = []
        self.senders = []

    def handle(self):
        while True:
            head = self.rfile.read(4)
            if len(head) < 4:
                return
            packet = self.rfile.read(struct.unpack("!I", head)[0])
            command, data = packet[:1], packet[1:]
            if command == b"Q":
                return
            for reply, body in self.answer(command, data):
                self.wfile.write(struct.pack("!I", len(body) + 1) + reply + body)

    def answer(self, command, data):
        if command == b"O":
            return [(b"O", struct.pack("!III", 6, ADD_HEADERS | CHANGE_HEADERS, SKIP))]
        if command == b"D":
            self.macros(data)
            return []
        if command in (b"A", b"K"):
            self.forget()
            return []
        if command == b"M":
            self.results, self.senders = [], []
            return [CONTINUE]
        if command == b"R":
            return [self.recipient(data)]
        if command == b"L":
            self.header(data)
            return [CONTINUE]
        if command == b"E":
            return self.end()
        return [CONTINUE]

    def macros(self, data):
        if data[:1] != b"M":
            return
        words = data[1:].decode("utf-8", "replace").split("\0")
        self.login = dict(zip(words[::2], words[1::2])).get("{auth_authen}", "").lower()

    def recipient(self, data):
        address = data.split(b"\0")[0].decode("utf-8", "replace").strip("<>").lower()
        if self.login and os.path.exists(self.server.refusals):
            with open(self.server.refusals, encoding="utf-8") as lines:
                for line in lines:
                    words = line.split(None, 1)
                    if len(words) == 2 and words[0].lower() == address:
                        return (b"y", words[1].strip().encode() + b"\0")
        return CONTINUE

    def header(self, data):
        name, value = data.split(b"\0")[:2]
        name, value = name.decode("utf-8", "replace").strip().lower(), value.decode("utf-8", "replace")
        if name == "authentication-results":
            self.results.append(value)
        elif name == "from":
            self.senders.append(value)

    def end(self):
        name = self.server.name
        if self.login:
            found = [address for _, address in getaddresses(self.senders)]
            if len(self.senders) != 1 or len(found) != 1 or base_address(found[0]) != self.login:
                text = "550 5.7.1 From must be %s, who is logged in" % self.login
                return [(b"y", text.encode() + b"\0")]
        replies = []
        for index in range(len(self.results), 0, -1):  # from the last: taking one out moves the ones behind it
            if claims(self.results[index - 1], name):
                replies.append((b"m", struct.pack("!I", index) + b"Authentication-Results\0\0"))
        if self.login:
            stamp = "%s; auth=pass smtp.auth=%s" % (name, self.login)
            replies.append((b"i", struct.pack("!I", 0) + b"Authentication-Results\0" + stamp.encode() + b"\0"))
        return replies + [CONTINUE]


class Border(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    path, name, refusals = sys.argv[1:]
    if os.path.exists(path):
        os.unlink(path)
    os.umask(0o111)
    server = Border(path, Session)
    server.name, server.refusals = name.lower(), refusals
    server.serve_forever()


if __name__ == "__main__":
    main()
