"""The server dies at named places of its own code: before the commit, after it, before the replies, in a migration."""

import os
import signal
import sqlite3

from apus import Server, check, make_room, wait_for
from crash import Load

POINTS = [(point, count) for point in ("after-insert", "after-commit", "before-reply") for count in (1, 2, 3, 7, 25)]


def test_dies_while_writing(folder):
    with Server(folder, "--commands-per-second", "0", "--streams-per-user", "0") as server:
        load = Load(server)
        load.progress(10)
        for point, count in POINTS:
            server.kill()
            server.start(fault=f"{point}:{count}")
            wait_for(lambda: server.process.poll() is not None, f"the server to die {point} for the {count}th time", 30)
            check(server.process.returncode == -signal.SIGKILL, f"{point}: exit code {server.process.returncode}")
            server.start()
            load.progress(20)
        load.verify()


def test_dies_in_a_migration(folder):
    with Server(folder, start=False) as server:
        server.launch(fault="in-migration:1")
        check(server.process.wait(30) == -signal.SIGKILL, f"exit code {server.process.returncode}")
        check(server.process.stdout.read() == "", "it said that it serves")
        tables = sqlite3.connect(os.path.join(server.data, "apus.sqlite")).execute(
            "SELECT name FROM sqlite_master WHERE name IN ('event', 'message')").fetchall()
        check(tables == [], f"half a migration is in the database: {tables}")
        server.start()
        alice = server.client("alice")
        make_room(server, "general", alice)
        check(alice.say("general", "still here")["number"] == 1, "the first message is not number 1")
