"""Well-behaved clients beside hostile ones: they keep their connections, get every message, and the server stays whole."""

import os
import re
import threading
import time

from apus import check, make_room, wait_for
from metrics import scrape
from readers import TRANSPORTS, Reader

PATIENCE = 10  # for one message, on a busy machine
SPARE_MEMORY = 48 << 20  # what an allocator may keep after a storm


def descriptors(server):
    """How many sockets the server has open, and how many other files."""
    folder, sockets, files = f"/proc/{server.pid}/fd", 0, 0
    for name in os.listdir(folder):
        try:
            is_socket = os.readlink(f"{folder}/{name}").startswith("socket:")
        except FileNotFoundError:
            continue  # closed meanwhile
        sockets, files = sockets + is_socket, files + (not is_socket)
    return sockets, files


def resident(server):
    with open(f"/proc/{server.pid}/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")


class Bystanders:
    """`with Bystanders(server):` around what hostile clients do. Starts a room "calm", a reader of each transport and
    somebody who posts; at the end all of them and the server must be as if nothing had been."""

    def __init__(self, server, spare_memory=SPARE_MEMORY):
        self.server, self.spare_memory = server, spare_memory
        self.poster = server.client("calm-poster")
        reader = server.client("calm-reader")
        make_room(server, "calm", self.poster, reader)
        self.readers = [Reader(reader, transport) for transport in TRANSPORTS]
        self.posts, self.slowest, self.failure, self.stopping = 0, 0.0, None, threading.Event()
        self.thread = threading.Thread(target=self.post, daemon=True)

    def post(self):
        try:
            while not self.stopping.wait(0.1):
                begun = time.monotonic()
                self.poster.say("calm", f"message {self.posts}")
                self.posts += 1
                self.slowest = max(self.slowest, time.monotonic() - begun)
        except Exception as failure:
            self.failure = failure

    def __enter__(self):
        self.thread.start()
        wait_for(lambda: self.posts >= 5 and all(len(reader.track.events) >= 5 for reader in self.readers), "the calm to begin")
        self.connections = [reader.connection for reader in self.readers]
        self.descriptors, self.memory = descriptors(self.server), resident(self.server)
        return self

    def __exit__(self, kind, *_):
        self.stopping.set()
        self.thread.join(PATIENCE + 20)
        if kind is None:
            self.check()

    def check(self):
        server = self.server
        check(server.process.poll() is None, lambda: f"the server is gone: {server.log_text()[-2000:]}")
        check(self.failure is None, f"the poster failed: {self.failure!r}")
        check(self.slowest < PATIENCE, f"a message took {self.slowest:.1f} s")
        self.check_leaks()
        for reader, connection in zip(self.readers, self.connections):
            wait_for(
                lambda: reader.failure or sum(event["type"] == "message.created" for event in reader.track.events) >= self.posts,
                f"{reader.name} to have all of {self.posts} messages", 30)
            check(reader.failure is None, reader.failure)
            check(reader.connection is connection, f"{reader.name} lost its connection")
            reader.stop()
        check(server.get("/readyz").status == 200, "the server is not ready")
        check_log(server)

    def check_leaks(self, seconds=20):
        """What the hostile clients cost is given back. A request or two of others may be going on, and the database
        keeps a few readers once they are needed."""
        server, (sockets, files) = self.server, self.descriptors

        def are_back():
            now = descriptors(server)
            return now[0] <= sockets + 3 and now[1] <= files + 15

        wait_for(are_back, lambda: f"sockets and files to come back: {descriptors(server)}, before {self.descriptors}", seconds)
        wait_for(
            lambda: scrape(server).value("apus_connections") <= sockets,
            lambda: f"connections to be forgotten: {scrape(server).value('apus_connections')}", seconds)
        wait_for(
            lambda: scrape(server).total("apus_readers") <= len(self.readers),
            lambda: f"readers to be forgotten: {scrape(server).total('apus_readers')}, of ours {len(self.readers)}", seconds)
        wait_for(
            lambda: resident(server) <= self.memory + self.spare_memory,
            lambda: f"memory to come back: {resident(server) >> 20} MiB, before {self.memory >> 20} MiB", seconds)


def check_log(server):
    bad = [line for line in server.log_text().splitlines() if re.search(r" (error|critical) |Fatal|Crash|SIG[A-Z]+", line)]
    check(not bad, f"in the log: {bad[:3]}")
