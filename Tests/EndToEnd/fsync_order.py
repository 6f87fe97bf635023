"""A reply leaves only when what it reports is on the disk: shown by the system calls themselves."""

import os
import re
import shutil
import subprocess
import uuid

from apus import Server, Skip, check, make_room, wait_for
from strace import calls, unsynced_replies
from websocket import WebSocket

SAMPLE = """\
7 10:00:00.1 pwrite64(12</d/apus.sqlite-wal>, "\\0m-1\\0", 4096, 56) = 4096
7 10:00:00.2 fdatasync(12</d/apus.sqlite-wal> <unfinished ...>
9 10:00:00.3 write(20<socket:[1]>, "other", 5) = 5
7 10:00:00.4 <... fdatasync resumed>) = 0
9 10:00:00.5 write(20<socket:[1]>, "{\\"reply\\":{\\"id\\":\\"m-1\\"}}", 30) = 30
"""


def test_the_checker_can_fail(folder):
    lines = SAMPLE.splitlines()
    check(unsynced_replies(SAMPLE, ["m-1"]) == [], "a good trace is refused")
    doctored = {
        "without a sync": lines[:1] + lines[2:3] + lines[4:],
        "with the reply before the sync's end": lines[:2] + lines[4:] + lines[3:4],
        "with the sync before the write": lines[1:4] + lines[:1] + lines[4:],
        "with a sync of another file": [line.replace("fdatasync(12</d/apus.sqlite-wal>", "fdatasync(3</d/x>") for line in lines],
        "with a sync that failed": [line.replace(") = 0", ") = -1 EIO") for line in lines],
        "with the reply first": lines[4:] + lines[:4],
        "without the reply": lines[:4],
    }
    for what, trace in doctored.items():
        check(unsynced_replies("\n".join(trace), ["m-1"]) != [], f"a trace {what} passes")


def test_synced_before_the_reply(folder):
    if not shutil.which("strace"):
        raise Skip("strace is not installed")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode != 0:
        raise Skip("this machine allows no ptrace")
    trace_file = os.path.join(folder, "trace")
    strace = [
        "strace", "-f", "-tt", "-y", "-s", "20000", "-o", trace_file,
        "-e", "trace=fdatasync,fsync,write,writev,sendto,sendmsg,pwrite64"]
    with Server(folder, "--commands-per-second", "0") as server:
        alice = server.client("alice")
        make_room(server, "general", alice)
        server.kill()
        server.prefix = strace
        server.start()
        socket = WebSocket(server, alice.token)
        markers = []
        for _ in range(20):
            markers.append(f"marker-{uuid.uuid4()}")
            socket.send(command={"id": markers[-1], "op": "message.post", "room": "general", "text": markers[-1]})
            check("ok" in socket.frames("reply"), "a post failed")
        for _ in range(3):  # several in flight share a sync
            group = [f"marker-{uuid.uuid4()}" for _ in range(10)]
            for marker in group:
                socket.send(command={"id": marker, "op": "message.post", "room": "general", "text": marker})
            for _ in group:
                check("ok" in socket.frames("reply"), "a post failed")
            markers += group
        socket.close()
        os.kill(traced(server.pid), 15)
        server.process.wait(30)
    with open(trace_file, encoding="utf-8", errors="replace") as file:
        trace = file.read()
    problems = unsynced_replies(trace, markers)
    check(problems == [], "\n".join(problems[:5]))
    # The same trace, were the log never synced, must not pass: for none of the messages.
    unsynced = re.sub(r"\b(fdatasync|fsync)\(", "getpid(", trace).replace("fdatasync resumed", "getpid resumed")
    check(len(unsynced_replies(unsynced, markers)) == len(markers), "the checker passes a log that is never synced")
    check(any(call.name == "fdatasync" for call in calls(trace)), "no fdatasync at all")


def traced(strace_pid):
    """The process that strace runs."""
    def child():
        with open(f"/proc/{strace_pid}/task/{strace_pid}/children") as file:
            return file.read().split()
    return int(wait_for(child, "the traced process")[0])
