"""Accounts, tokens and rooms, beside a running server and without one."""

import json
import os
import signal
import stat
import subprocess

from apus import BINARY, Client, Server, check, environment, run, succeed, wait_for
from ledger import Ledger
from readers import Reader


def administer(data):
    """What works the same either way."""
    made = json.loads(succeed("user", "add", "alice", "--data", data, "--json"))
    check(made["name"] == "alice" and made["role"] == "member" and made["id"].startswith("u_"), f"{made}")
    check("apus token bob" in succeed("user", "add", "bob", "--role", "owner", "--password", "correct horse", "--data", data), "words")
    token = succeed("token", "alice", "--data", data)
    check(token.startswith("apus_") and len(token.split()) == 1, f"`apus token` prints more than a token: {token!r}")
    other = json.loads(succeed("token", "alice", "--data", data, "--json"))
    check(other["token"] != token and other["user"] == made["id"], f"{other}")
    room = json.loads(succeed("room", "create", "general", "--data", data, "--json"))
    check(room == {"room": "general", "seq": 1}, f"{room}")
    check(succeed("room", "create", "off-topic_2", "--data", data).endswith("off-topic_2."), "words")
    for name in ("a", "Alice", "x" * 33, "al ice", "ålice", "", "alice", "apus"):
        done = run("user", "add", "--data", data, "--", name)
        check(done.returncode == 1 and done.stderr.startswith("apus: ") and done.stderr.count("\n") == 1, f"name {name!r}: {done}")
    for slug in ("g", "General", "x" * 65, "a/b", "general"):
        done = run("room", "create", slug, "--data", data)
        check(done.returncode == 1 and done.stderr.startswith("apus: ") and done.stderr.count("\n") == 1, f"room {slug!r}: {done}")
    return token, other["token"]


def check_works(server, tokens):
    for token in tokens:
        alice = Client(server, token, "alice")
        check(alice.sync()["user"]["name"] == "alice", "a token does not work")
    rooms = alice.get("/v1/rooms").json["rooms"]
    check([room["room"] for room in rooms] == ["general", "off-topic_2"], f"{rooms}")
    alice.do("room.join", room="general")
    check(alice.say("general", "hello")["number"] == 1, "the room's first message")


def check_modes(data, own_folder):
    if own_folder:
        check(stat.S_IMODE(os.stat(data).st_mode) == 0o700, "the data folder is open to others")
    for name in os.listdir(data):
        mode = stat.S_IMODE(os.stat(os.path.join(data, name)).st_mode)
        check(mode == 0o600, f"{name} has the mode {mode:o}")


def test_without_a_server(folder):
    data = os.path.join(folder, "data")
    tokens = administer(data)
    with Server(folder) as server:
        check_works(server, tokens)
        check_modes(data, own_folder=True)


def test_beside_a_server(folder):
    with Server(folder) as server:
        check(stat.S_ISSOCK(os.stat(server.data + "/control.sock").st_mode), "control.sock is no socket")
        tokens = administer(server.data)
        check_works(server, tokens)
        check_modes(server.data, own_folder=True)
        # What the tools make is in the log like everything else, and readers are told.
        alice = Client(server, tokens[0], "alice")
        reader = Reader(alice, "websocket")
        succeed("room", "create", "later", "--data", server.data)
        alice.do("room.join", room="later")
        head = Ledger(server.data).head
        reader.ends_at(head)
        check([event["type"] for event in reader.track.events] == ["member.joined"], f"{reader.track.events}")


def test_modes_in_a_folder_that_others_may_read(folder):
    data = os.path.join(folder, "data")
    os.mkdir(data, 0o755)
    previous = os.umask(0o022)
    try:
        with Server(folder) as server:
            server.client("alice")
            check_modes(data, own_folder=False)
    finally:
        os.umask(previous)


def test_after_a_killed_server(folder):
    """The socket's file is left over; the lock is not."""
    with Server(folder) as server:
        server.kill()
        check(os.path.exists(server.data + "/control.sock"), "the test needs a socket left over")
        succeed("user", "add", "alice", "--data", server.data)
        server.start()
        succeed("token", "alice", "--data", server.data)


def test_many_at_once(folder):
    """Twenty tools that ask at one moment all get through to the one server, each with its own answer."""
    names = [f"user-{number}" for number in range(20)]
    with Server(folder) as server:
        # Else the first would have its answer before the last has asked.
        server.process.send_signal(signal.SIGSTOP)
        tools = [
            subprocess.Popen(
                [BINARY, "user", "add", name, "--data", server.data, "--json"], env=environment(),
                stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for name in names]
        wait_for(lambda: asking(server) == len(tools), lambda: f"{len(tools)} tools to ask: {asking(server)} do")
        server.process.send_signal(signal.SIGCONT)
        made = {}
        for name, tool in zip(names, tools):
            out, errors = tool.communicate(timeout=60)
            check(tool.returncode == 0, errors)
            account = json.loads(out)
            check(account["name"] == name, f"{name} got the answer {account}")
            made[name] = account["id"]
        check(made == {name: row["id"] for name, row in Ledger(server.data).users.items() if name in made}, f"{made}")


def asking(server):
    """How many tools wait for the control socket to take them in: what the kernel calls connecting, state 2. Each looks
    first whether anybody is there, and then asks."""
    with open("/proc/net/unix") as sockets:
        rows = [line.split() for line in sockets]
    return sum(row[5] == "02" and row[7:] == [server.data + "/control.sock"] for row in rows) / 2
