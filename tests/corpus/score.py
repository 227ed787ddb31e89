#!/usr/bin/env python3
"""Reads a corpus of real mails with `triagectl read --json` and compares with what its manifest expects.

Fails where the reader dies, hangs, grows without bound or answers for less than all mails, and where a score falls below its
floor. Scores stay below 1 for good reasons: the sources of the corpus do not agree with one another.

usage: score.py [--corpus FOLDER] [--show SCORE] [--topic TOPIC] [--no-floor | --all-right] [READER...]
       READER is a command that takes --json FILE... (./readall); FOLDER has manifest.jsonl; --show lists what missed.
Exit: 0 good, 1 below a floor or broken, 77 there is no corpus.
"""

import argparse
import html
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import unicodedata

BATCH = 100
BATCH_SECONDS = 300
READER_MIB = 768
FLOORS = {
    "subject": 0.98, "from": 0.95, "from_email": 0.98, "from_name": 0.96, "to": 0.90, "message_id": 1, "references": 1,
    "in_reply_to": 0.92, "text": 0.83, "text_contains": 0.83, "html": 0.90, "html_contains": 1, "attachment_names": 0.88,
    "attachment_count": 0.85, "attachment_sizes": 1, "is_bounce": 0.98, "bounce_recipients": 0.95, "bounce_status": 0.95,
    "bounce_class": 0.98, "automatic": 0.96, "feedback": 1, "reply_text": 0.91, "reply_contains": 0.96, "forward": 0.96,
    "forward_body": 0.95,
}


def squeeze(s):
    return unicodedata.normalize("NFC", re.sub(r"\s+", "", s or ""))


def one_line(s):
    return unicodedata.normalize("NFC", " ".join((s or "").split()))


def lines(s):
    s = unicodedata.normalize("NFC", (s or "").replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(line.rstrip() for line in s.split("\n")).strip("\n")


def words(s):
    """Without what only draws: quote marks, blanks."""
    return squeeze(s)


def mailbox(text):
    found = re.match(r"^(.*?)\s*<([^<>]*)>$", text or "", re.S)
    name, address = (found.group(1), found.group(2)) if found else ("", text or "")
    return one_line(name.strip('"\' ')).replace('\\"', '"'), address.strip().lower()


def same_mailbox(want, got):
    wn, wa = mailbox(want)
    gn, ga = mailbox(got)
    return (wa, wn) == (ga, gn) or (wa == ga and not wn)


def joined(value):
    if isinstance(value, dict):
        address = value.get("email") or value.get("address") or ""
        return "%s <%s>" % (value["name"], address) if value.get("name") else address
    return ", ".join(joined(v) for v in value) if isinstance(value, list) else value or ""


class Scores:
    def __init__(self):
        self.rows = {}

    def put(self, name, ok, file, want, got):
        self.rows.setdefault(name, []).append((bool(ok), file, want, got))


def alternatives(expected, key):
    return [v for k, v in (expected.get("alternatives") or {}).items() if k.split(":")[-1] == key]


def score_header(s, file, e, got):
    if "subject" in e and e["subject"] is not None:
        wants = [e["subject"]] + alternatives(e, "subject")
        s.put("subject", any(one_line(w) == one_line(got["subject"]) for w in wants), file, e["subject"], got["subject"])
    if e.get("subject_contains"):
        s.put("subject", one_line(e["subject_contains"]) in one_line(got["subject"]), file, e["subject_contains"], got["subject"])
    if isinstance(e.get("from"), str):
        s.put("from", same_mailbox(e["from"], got["from"]), file, e["from"], got["from"])
    name, address = mailbox((got["from"] or "").split(", ")[0] if got["from"].count("@") > 1 else got["from"])
    if e.get("from_email"):
        s.put("from_email", e["from_email"].lower() == address, file, e["from_email"], got["from"])
    if e.get("from_name"):
        s.put("from_name", one_line(e["from_name"]).strip('"\' ') == name, file, e["from_name"], got["from"])
    if e.get("to"):
        want = joined(e["to"])
        s.put("to", squeeze(want).replace('"', "").lower() == squeeze(joined(got["to"])).replace('"', "").lower(), file, want, got["to"])
    if e.get("message_id"):
        s.put("message_id", e["message_id"].strip("<> ") == got["message_id"], file, e["message_id"], got["message_id"])
    if e.get("references"):
        s.put("references", list(e["references"]) == got["references"], file, e["references"], got["references"])
    if e.get("in_reply_to"):
        want = e["in_reply_to"] if isinstance(e["in_reply_to"], list) else [e["in_reply_to"]]
        s.put("in_reply_to", want[0].strip("<> ") == got["in_reply_to"], file, want, got["in_reply_to"])


def text_matches(want, body, how):
    if how == "prefix":
        return words(body).startswith(words(want))
    return lines(want) == lines(body) or (squeeze(want) == squeeze(body))


def score_text(s, file, e, got):
    body = got["body"]
    if e.get("text") is not None:
        s.put("text", text_matches(e["text"], body, e.get("text_match")), file, e["text"], body)
    for want in e.get("text_contains") or []:
        s.put("text_contains", words(want) in words(body), file, want, body)
    for want in e.get("text_not_contains") or []:
        s.put("text_contains", words(want) not in words(body), file, "not " + want, body)
    if e.get("text_starts_with"):
        s.put("text_contains", words(body).startswith(words(e["text_starts_with"])), file, e["text_starts_with"], body)
    if e.get("text_ends_with"):
        s.put("text_contains", words(body).endswith(words(e["text_ends_with"])), file, e["text_ends_with"], body)
    if e.get("html") is not None:
        s.put("html", squeeze(e["html"]) == squeeze(got["html"]), file, e["html"], got["html"])
    for want in e.get("html_contains") or []:
        s.put("html_contains", squeeze(want) in squeeze(got["html"]), file, want, got["html"])
    stripped = squeeze(html.unescape(re.sub(r"<[^>]*>", "", got["html"])))
    for want in e.get("html_text_contains") or []:
        s.put("html_contains", squeeze(want) in stripped or squeeze(want) in words(body), file, want, got["html"])
    if e.get("html_as_text"):
        s.put("html_contains", squeeze(e["html_as_text"]) in words(body) + stripped, file, e["html_as_text"], body)


def score_attachments(s, file, e, got):
    want = e.get("attachments")
    if not isinstance(want, dict):
        return
    names = [a["name"] for a in got["attachments"] if a["name"]]
    if want.get("names") is not None:
        expected = [one_line(n) for n in want["names"] if n]
        s.put("attachment_names", all(n in names for n in expected), file, expected, names)
    if want.get("count") is not None:
        s.put("attachment_count", want["count"] == len(got["attachments"]), file, want["count"], names or len(got["attachments"]))
    if want.get("sizes"):
        sizes = [a["size"] for a in got["attachments"]]
        s.put("attachment_sizes", all(n in sizes for n in want["sizes"] if n), file, want["sizes"], sizes)


def score_machine(s, file, e, got):
    if "is_bounce" in e:
        s.put("is_bounce", e["is_bounce"] == got["is_bounce"], file, e["is_bounce"], got["machine_why"])
    bounce = e.get("bounce") or {}
    rows = (got["bounce"] or {}).get("recipients") or []
    if bounce.get("recipients"):
        have = {r.get("recipient", "").lower() for r in rows}
        want = {r.lower() for r in bounce["recipients"]}
        s.put("bounce_recipients", want <= have, file, sorted(want), sorted(have))
    status = bounce.get("status") or next((r["status"] for r in bounce.get("reports") or []
                                           if r.get("status") and not r.get("status_is_synthetic")), None)
    if status and re.match(r"^[245]\.\d+\.\d+$", status):
        have = {r.get("status", "") for r in rows}
        s.put("bounce_status", status in have, file, status, sorted(have))
        s.put("bounce_class", any(h[:1] == status[0] for h in have), file, status, sorted(have))
    automatic = [e[k] for k in ("is_auto_reply", "is_auto_generated", "is_disposition_notification", "is_feedback_report") if k in e]
    if automatic:
        s.put("automatic", any(automatic) == (got["is_auto"] or got["is_feedback"] or got["is_receipt"]), file, automatic, got["machine_why"])
    if "is_feedback_report" in e:
        s.put("feedback", e["is_feedback_report"] == got["is_feedback"], file, e["is_feedback_report"], got["machine_why"])


def score_reply(s, file, e, got):
    text = got["text"]
    if e.get("reply_text") is not None:
        ok = words(e["reply_text"]) == words(text)
        if e.get("reply_match") == "first-fragment-trim":
            ok = words(text).startswith(words(e["reply_text"]))
        elif e.get("reply_match") == "contains":
            ok = words(e["reply_text"]) in words(text)
        elif not ok and e.get("signature"):  # whether a signature belongs to the reply is not agreed on
            ok = words(e["reply_text"]) == words(text + got["signature"])
        s.put("reply_text", ok, file, e["reply_text"], text)
    for want in e.get("reply_contains") or []:
        s.put("reply_contains", words(want) in words(text), file, want, text)
    for want in e.get("reply_not_contains") or []:
        s.put("reply_contains", words(want) not in words(text), file, "not " + want, text)
    if e.get("reply_starts_with"):
        s.put("reply_contains", words(text).startswith(words(e["reply_starts_with"])), file, e["reply_starts_with"], text)


def score_forward(s, file, want, got):
    have = got["forward"] or {}
    s.put("forward", bool(want.get("forwarded")) == bool(have), file, want.get("forwarded"), have)
    if not have:
        return
    sender = want.get("from.address") or (want.get("from") or {}).get("address") if not isinstance(want.get("from"), str) else want["from"]
    if sender:
        s.put("forward_from", sender.lower() in have.get("from", "").lower(), file, sender, have.get("from"))
    to = want.get("to.0.address")
    if to:
        s.put("forward_to", to.lower() in have.get("to", "").lower(), file, to, have.get("to"))
    if want.get("subject"):
        s.put("forward_subject", one_line(want["subject"]) == one_line(have.get("subject")), file, want["subject"], have.get("subject"))
    if want.get("body"):
        s.put("forward_body", words(want["body"]) == words(have.get("text")), file, want["body"], have.get("text"))
    if want.get("message"):
        s.put("forward_message", words(want["message"]) in words(got["text"]), file, want["message"], got["text"])


def wrapped(body, charset, subject):
    head = ("From: Customer <customer@customer.test>\r\nTo: support@desk.test\r\nSubject: =?utf-8?B?%s?=\r\n"
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=%s\r\nContent-Transfer-Encoding: 8bit\r\n\r\n")
    import base64
    return (head % (base64.b64encode(subject.encode()).decode(), charset)).encode() + body


def tasks(corpus, topic, folder):
    """(file to read, name to show, expected) for each mail; plain bodies become mails."""
    made = 0
    with open(os.path.join(corpus, "manifest.jsonl"), encoding="utf-8") as manifest:
        for row in map(json.loads, manifest):
            path = os.path.join(corpus, row["file"])
            if (topic and row["topic"] != topic) or row["format"] == "json-cases":
                continue
            expected = row.get("expected") or {}
            if row["format"] in ("message", "mbox"):
                yield path, row["file"], expected if row["format"] == "message" else {}
                continue
            cases = expected.get("cases") or [{"subject_given": expected.get("subject_given", ""), "forward": expected.get("forward")}]
            for case in cases:
                made += 1
                mail = os.path.join(folder, "%d.eml" % made)
                kind = "html" if row["format"] == "html-body" else "plain"
                with open(path, "rb") as source, open(mail, "wb") as out:
                    data = wrapped(source.read(), expected.get("charset", "utf-8"), case.get("subject_given") or "")
                    out.write(data.replace(b"text/plain", b"text/" + kind.encode(), 1))
                yield mail, row["file"], dict(expected, forward=case.get("forward"), charset=None)


def run(reader, batch):
    """One answer for each file, or None and the reason."""
    try:
        done = subprocess.run(reader + ["--json"] + [t[0] for t in batch], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=BATCH_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None, "no answer within %d s" % BATCH_SECONDS
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    if done.returncode != 0 or len(answers) != len(batch):
        return None, "status %d, %d answers for %d files: %s" % (
            done.returncode, len(answers), len(batch), done.stderr.decode(errors="replace")[-500:])
    return answers, ""


def died(answer):
    return "text" not in answer


def score(s, name, expected, got):
    score_header(s, name, expected, got)
    score_text(s, name, expected, got)
    score_attachments(s, name, expected, got)
    score_machine(s, name, expected, got)
    score_reply(s, name, expected, got)
    if expected.get("forward"):
        score_forward(s, name, expected["forward"], got)


def show(s, name):
    for ok, file, want, got in s.rows.get(name, []):
        if not ok:
            print("%s\n   want %s\n   got  %s" % (file, json.dumps(want, ensure_ascii=False)[:300], json.dumps(got, ensure_ascii=False)[:300]))


def table(s, floors):
    below = False
    print("%-20s %6s %6s %7s" % ("score", "right", "of", "share"))
    for name in sorted(s.rows):
        right, of = sum(r[0] for r in s.rows[name]), len(s.rows[name])
        low = name in floors and right < floors[name] * of
        below |= low
        print("%-20s %6d %6d %6.1f%%%s" % (name, right, of, 100 * right / of, "  below %.0f%%" % (100 * floors[name]) if low else ""))
    return below


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser()
    parser.add_argument("reader", nargs="*", default=["./readall"])
    parser.add_argument("--corpus", default=os.path.join(here, "..", "..", "..", "shared", "corpus"))
    parser.add_argument("--show")
    parser.add_argument("--topic")
    parser.add_argument("--no-floor", action="store_true")
    parser.add_argument("--all-right", action="store_true", help="every floor is 1")
    args = parser.parse_args()
    if not os.path.exists(os.path.join(args.corpus, "manifest.jsonl")):
        print("no corpus at %s" % args.corpus)
        return 77
    s, broken, held, start = Scores(), [], [], time.time()
    with tempfile.TemporaryDirectory() as folder:
        todo = list(tasks(args.corpus, args.topic, folder))
        for i in range(0, len(todo), BATCH):
            batch = todo[i:i + BATCH]
            answers, why = run(args.reader, batch)
            if answers is None:
                broken.append("%s...: %s" % (batch[0][1], why))
                continue
            for (_, name, expected), got in zip(batch, answers):
                if died(got):
                    broken.append("%s: %s" % (name, got["held"]))
                    continue
                if got["held"]:
                    held.append("%s: %s" % (name, got["held"]))
                score(s, name, expected, got)
    if args.show:
        show(s, args.show)
    floors = {} if args.no_floor or args.topic else dict.fromkeys(s.rows, 1) if args.all_right else FLOORS
    below = table(s, floors)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print("%d mails, %.1f s, peak %d MiB, %d held, %d broken" % (len(todo), time.time() - start, peak, len(held), len(broken)))
    for line in held[:20] + broken:
        print("  " + line)
    return 1 if broken or below or peak > READER_MIB else 0


if __name__ == "__main__":
    sys.exit(main())
