"""Our answer bounces. A report at the return path that we made is shown in the ticket and the agent is told; one that was
made up, at an address anybody could guess, changes nothing. Neither is ever answered."""
from desk import words_of

CASES = ["real", "forged"]

REPORT = """From: Mail Delivery System <MAILER-DAEMON@mail.customer.test>\r
To: {to}\r
Subject: Undelivered Mail Returned to Sender\r
Message-ID: <report.{case}@mail.customer.test>\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
Content-Type: text/plain\r
\r
I'm sorry to have to inform you that your message could not be delivered.\r
\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mail.customer.test\r
\r
Final-Recipient: rfc822; {customer}\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 user unknown\r
\r
--b\r
Content-Type: text/rfc822-headers\r
\r
{head}\r
--b--\r
"""


def story(desk, case):
    number, _, _, answer = desk.conversation()
    path = str(answer["Return-Path"]).strip("<>")
    assert path != desk.support and path.startswith("support."), "our answer has no return path of its own: %s" % path
    to = path if case == "real" else desk.support
    head = "Message-ID: %s\r\nSubject: x\r\n" % (answer["Message-ID"] if case == "real" else "<made.up@desk.test>")
    raw = REPORT.format(to=to, case=case, customer=desk.customer(), head=head)
    desk.outside(raw.encode(), "", [to])
    if case == "real":
        ticket = desk.grown(number, 3)
        assert ticket["messages"][2]["kind"] == "bounce", ticket["messages"][2]
        assert ticket["state"] != "closed"
        told = desk.notice(number, predicate=lambda mail: "user unknown" in words_of(mail) or "5.1.1" in words_of(mail))
        assert desk.customer() in words_of(told), words_of(told)
    desk.settle()
    if case == "forged":
        assert len(desk.ticket(number)["messages"]) == 2, "a forged report reached the ticket"
    for box in (desk.box(desk.customer()), desk.box("mailer-daemon@customer.test")):
        assert not [mail for mail in box.mails() if "Undelivered" in mail["Subject"]], "a report was answered"
