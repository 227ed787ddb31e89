"""A backup made while the desk runs, the store lost, the backup put back: the same tickets; what the server still has since
then is taken in again, under the same thread; nothing old is sent a second time."""
import glob
import os
import shutil

from desk import wait_for

CONF = {"support_done": "flag"}


def story(desk):
    number, _, _, answer = desk.conversation()
    backup = os.path.join(desk.dir, "desk", "backup.db")
    desk.do("backup", backup)
    before = desk.ticket(number)
    desk.reply(answer, "It is dark again since this morning.")
    desk.grown(number, 3)
    desk.write("After the backup")
    desk.about("After the backup")
    desk.settle()
    desk.stop()

    for path in glob.glob(os.path.join(desk.dir, "desk", "desk.db*")):
        os.unlink(path)
    shutil.copy(backup, os.path.join(desk.dir, "desk", "desk.db"))
    if os.geteuid() == 0:
        shutil.chown(os.path.join(desk.dir, "desk", "desk.db"), "triaged", "triaged")
    desk.start()
    desk.about("After the backup")
    ticket = desk.grown(number, 3)
    assert ticket["messages"][:2] == before["messages"], "the old messages are not the same"
    wait_for("a quiet desk", desk.quiet)
    desk.settle()
    assert len(desk.box(desk.customer()).mails()) == 1, "an old answer was sent again"
    assert [t["subject"] for t in desk.tickets()].count("After the backup") == 1
