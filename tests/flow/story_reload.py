"""A configuration that does not hold changes nothing: reload says file:line:column and mail goes on; SIGHUP the same. A good
one is taken over without a mail lost."""
import signal

from desk import wait_for

CASES = ["triagectl", "SIGHUP"]


def story(desk, case):
    good = desk.conf()
    broken = good.replace("queue general { team support }", "queue general { team suport }")
    line = broken.split("suport }")[0].count("\n") + 1
    place = "triaged.conf:%d:" % line
    with open(desk.conf_path, "w", encoding="utf-8") as out:
        out.write(broken)
    if case == "triagectl":
        done = desk.run("reload")
        said = (done.stdout + done.stderr).decode()
        assert done.returncode != 0 and place in said and "support" in said, "status %d: %s" % (done.returncode, said)
    else:
        desk.process.send_signal(signal.SIGHUP)
        wait_for("the error in the log", lambda: place in open(desk.log_path, encoding="utf-8").read())
    desk.write("In spite of all")
    desk.notice(desk.about("In spite of all")["number"])

    third = "agent3.%s@desk.test" % desk.tag
    with open(desk.conf_path, "w", encoding="utf-8") as out:
        out.write(good.replace("    agent %s" % desk.agent2, "    agent %s \"Third Agent\"\n    agent %s" % (third, desk.agent2)))
    if case == "triagectl":
        desk.do("reload")
    else:
        desk.process.send_signal(signal.SIGHUP)

    def heard():
        """Mails go on being written until one is told to the new agent: SIGHUP does not say when it is done."""
        subject = "One more %d" % len(desk.said)
        desk.write(subject)
        desk.notice(desk.about(subject)["number"])
        return desk.box(third).mails()

    wait_for("a notice to the new agent", heard, 60)
    desk.settle()
    written = [subject for subject in desk.said]
    assert sorted(t["subject"] for t in desk.tickets()) == sorted(written), "a mail was lost or doubled"
