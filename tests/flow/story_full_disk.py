"""The store's disk runs full to the last byte: no mail is taken, none is lost or touched on the server, triagectl answers again by
itself (the ballast), and when there is room the work goes on by itself."""
import os
import subprocess

from desk import wait_for

START = False
SIZE = 200 << 20


def fill(path):
    """Every byte that is left."""
    with open(path, "wb", buffering=0) as out:
        block = b"x" * (1 << 20)
        while block:
            try:
                out.write(block)
            except OSError:
                block = block[:len(block) // 2]


def story(desk):
    folder = os.path.join(desk.dir, "desk")
    if os.geteuid() != 0:
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%d,mode=700" % SIZE, "tmpfs", folder], check=True)
    try:
        subprocess.run(["chown", "triaged:triaged", folder], check=True)
        desk.start()
        desk.write("Before it was full")
        desk.about("Before it was full")
        filler = os.path.join(folder, "filler")
        fill(filler)
        refused = desk.run("inject", "--mailbox", "support", stdin=b"From: a@customer.test\nSubject: no room\n\nx\n")
        assert refused.returncode == os.EX_TEMPFAIL and b"room" in refused.stderr, refused.stderr
        for number in range(40):  # until a commit finds no room; the desk that comes after answers
            desk.run("ticket", "note", "1", "words " * 2000, str(number))
        wait_for("triagectl to answer", lambda: desk.run("status").returncode == 0)
        assert not os.path.exists(os.path.join(folder, "desk.db.ballast")), "the disk was never really full"
        os.unlink(filler)
        desk.write("After it was full")
        desk.about("After it was full")
        desk.stop()
        desk.store_is_sound()
    finally:
        desk.abandon()
        desk.process = None
        subprocess.run(["umount", folder], check=True)
        os.unlink(desk.log_path)  # what follows a story looks at a store that is gone
