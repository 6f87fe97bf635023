"""What a delivery and a durable post cost, in allocations and system calls: counts do not depend on how busy the machine
is, so these have limits. For the release build: APUS=.build/release/apus python3 Tests/EndToEnd/run.py counts"""

import os
import re
import shutil
import signal
import socket
import struct
import subprocess

from apus import BINARY, Server, Skip, check, make_room, wait_for
from crowd import Crowd, Line
from websocket import WebSocket, decode

READERS, MESSAGES = 100, 100
POSTERS, ROUNDS = 64, 20

# The most of each for one delivery, or one post. What was measured when they were set stands in docs/performance.md;
# a change that makes something cheaper lowers its limit.
LIMITS = {
    "websocket": (1.4, 1.7),
    "sse": (1.6, 1.7),
    "long_poll": (51, 2.7),
    "post": (53, 6.0),
}


class Counting:
    """A server whose allocations are counted."""

    def __init__(self, folder):
        if not shutil.which("gcc") or not shutil.which("strace"):
            raise Skip("gcc or strace is not installed")
        if "/release/" not in BINARY:
            raise Skip("the limits are those of the release build; name it with APUS")
        library = os.path.join(folder, "counting.so")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "counting.c")
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", library, source], check=True)
        self.counter = os.path.join(folder, "allocations")
        with open(self.counter, "wb") as file:
            file.write(bytes(8))
        self.trace = os.path.join(folder, "strace")
        self.server = Server(
            folder, "--commands-per-second", "0", "--streams-per-user", "0",
            env={"LD_PRELOAD": library, "COUNTING": self.counter})

    def allocations(self):
        with open(self.counter, "rb") as file:
            return struct.unpack("=Q", file.read(8))[0]

    def of(self, work, divisor):
        """Allocations and system calls of some work, for each of its `divisor` parts."""
        before = self.allocations()
        work()
        allocations = self.allocations() - before
        strace = subprocess.Popen(
            ["strace", "-f", "-c", "-o", self.trace, "-p", str(self.server.pid)], stderr=subprocess.PIPE, text=True)
        check("attached" in strace.stderr.readline(), "strace may not attach here")
        # Every thread must be under it before the work begins.
        threads = len(os.listdir(f"/proc/{self.server.pid}/task"))
        wait_for(lambda: traced(self.server.pid) == threads, "all threads to be traced")
        work()
        strace.send_signal(signal.SIGINT)
        strace.communicate(timeout=30)
        return allocations / divisor, self.calls() / divisor

    def calls(self):
        with open(self.trace) as file:
            total = re.search(r"^100\.00 .*? (\d+) +(\d+ )?total$", file.read(), re.M)
        return int(total[1])


def traced(pid):
    """How many of a process's threads have a tracer."""
    count = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status") as file:
            count += "TracerPid:\t0\n" not in file.read()
    return count


def within(name, counts):
    allocations, calls = counts
    limits = LIMITS[name]
    print(f"     {name}: {allocations:.2f} allocations (at most {limits[0]}), {calls:.2f} system calls (at most {limits[1]})")
    check(0 < allocations <= limits[0] and 0 < calls <= limits[1], f"{name}: {counts}, but at most {limits}")


def fan_out(folder, kind):
    counting = Counting(folder)
    with counting.server as server:
        ada = server.client("ada")
        make_room(server, "general", ada)
        poster = WebSocket(server, ada.token, "/v1/stream?rooms=none")
        crowd = Crowd()
        for _ in range(READERS):
            crowd.add(Line(server, kind, ada.token))
        crowd.pump(lambda: all(line.is_open for line in crowd.lines), lambda: "hellos", 20)
        said = 0

        def say():
            nonlocal said
            for _ in range(MESSAGES):
                said += 1
                text = f"message {said}!"
                poster.send(command={"id": str(said), "op": "message.post", "room": "general", "text": text})
                mark = text.encode()
                waiting = set(crowd.lines)

                def all_have_it():
                    for line in [line for line in waiting if mark in line.buffer]:
                        line.buffer.clear()
                        waiting.discard(line)
                    return not waiting

                crowd.pump(all_have_it, lambda: f"{text}: {len(waiting)} wait", 20)
                poster.frames("reply")

        say()
        within(kind, counting.of(say, READERS * MESSAGES))
        crowd.close()


def test_websocket(folder):
    fan_out(folder, "websocket")


def test_sse(folder):
    fan_out(folder, "sse")


class Poll:
    """A connection that asks again as soon as it is answered."""

    def __init__(self, server, token, cursor):
        self.socket, self.token, self.cursor, self.buffer = server.connect(), token, cursor, bytearray()
        self.ask()

    def ask(self):
        self.socket.sendall(
            f"GET /v1/stream?wait=55&cursor={self.cursor} HTTP/1.1\r\nHost: apus\r\n"
            f"Authorization: Bearer {self.token}\r\n\r\n".encode())

    def answer(self, mark):
        """Reads answers, and asks on, until one holds the mark."""
        while True:
            while (end := self.buffer.find(b"\r\n\r\n")) < 0:
                self.fill()
            size = int(re.search(rb"content-length: (\d+)", self.buffer[:end])[1])
            while len(self.buffer) < end + 4 + size:
                self.fill()
            body = bytes(self.buffer[end + 4:end + 4 + size])
            self.buffer.clear()
            self.cursor = re.search(rb'"cursor":"([^"]+)"', body)[1].decode()
            self.ask()
            if mark in body:
                return

    def fill(self):
        more = self.socket.recv(65536)
        check(more, "the server closed a poll's connection")
        self.buffer += more


def test_long_poll(folder):
    counting = Counting(folder)
    with counting.server as server:
        ada = server.client("ada")
        make_room(server, "general", ada)
        poster = WebSocket(server, ada.token, "/v1/stream?rooms=none")
        polls = [Poll(server, ada.token, ada.sync()["cursor"]) for _ in range(READERS)]
        said = 0

        def say():
            nonlocal said
            for _ in range(MESSAGES):
                said += 1
                text = f"message {said}!"
                poster.send(command={"id": str(said), "op": "message.post", "room": "general", "text": text})
                for poll in polls:
                    poll.answer(text.encode())
                poster.frames("reply")

        say()
        within("long_poll", counting.of(say, READERS * MESSAGES))


def test_post(folder):
    """Posts of many connections, a round at a time: each reads its reply and its own message."""
    counting = Counting(folder)
    with counting.server as server:
        ada = server.client("ada")
        for number in range(POSTERS):
            ada.do("room.create", room=f"r{number:02}", kind="public")
        sockets = [WebSocket(server, ada.token, f"/v1/stream?rooms=r{number:02}") for number in range(POSTERS)]
        for one in sockets:
            one.frames("hello")
        said = 0

        def post():
            nonlocal said
            for _ in range(ROUNDS):
                said += 1
                for number, one in enumerate(sockets):
                    one.send(command={
                        "id": f"{said}-{number}", "op": "message.post", "room": f"r{number:02}", "text": "x" * 128})
                for one in sockets:
                    names = {one.receive()[0], one.receive()[0]}
                    while names != {"reply", "batch"}:
                        names.add(one.receive()[0])

        post()
        within("post", counting.of(post, POSTERS * ROUNDS))
