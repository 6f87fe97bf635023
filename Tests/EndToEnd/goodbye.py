"""SIGTERM and SIGINT: everybody is told, nothing in flight is lost, and the process is gone within ten seconds."""

import json
import signal
import socket
import uuid

from apus import Server, check, make_room, wait_for
from bad_requests import OK, Requests
from conversation import Conversation
from crowd import Crowd, Line
from ledger import Ledger, check_commands, check_epochs, check_order
from metrics import scrape
from posters import WAYS, Poster

CROWD = {"websocket": 600, "sse": 200, "long_poll": 200}
PATIENCE = 10


def readers(server, kind):
    return scrape(server).value("apus_readers", transport=kind)


def gather(server, token, crowd, sizes):
    for kind, count in sizes.items():
        for _ in range(count):
            crowd.add(Line(server, kind, token))
    streams = [line for line in crowd.lines if line.kind != "long_poll"]
    crowd.pump(
        lambda: all(line.is_open for line in streams),
        lambda: f"all to be let in: {sum(line.is_open for line in streams)} of {len(streams)}", 60)
    wait_for(lambda: readers(server, "long_poll") == sizes["long_poll"], "the polls to wait", 30)


def say_goodbye(folder, number, sizes):
    with Server(folder, "--streams-per-user", "0", "--commands-per-second", "0") as server:
        watcher = server.client("watcher")
        clients = [server.client(way.replace("_", "-")) for way in WAYS]
        make_room(server, "general", *clients)
        crowd = Crowd()
        gather(server, watcher.token, crowd, sizes)
        posters = [Poster(client, "general", way, in_flight=30) for client, way in zip(clients, WAYS)]
        wait_for(lambda: all(len(poster.replies) > 20 for poster in posters), "the posters to get going")
        server.process.send_signal(number)
        crowd.pump(
            lambda: all(line.is_over for line in crowd.lines),
            lambda: f"all to be let go: {sum(line.is_over for line in crowd.lines)} of {len(crowd.lines)}", PATIENCE)
        code = server.process.wait(PATIENCE)
        check(code == 0, f"exit code {code}")
        for line in crowd.lines:
            bye, close_code = line.farewell()
            check(
                isinstance(bye, dict) and bye["code"] == "draining" and bye["reconnect"] is True and bye["spread_ms"] > 0,
                f"{line.kind}: it ended with {bye!r}, {line.cause}")
            check(close_code == (4503 if line.kind == "websocket" else None), f"{line.kind}: close code {close_code}")
        crowd.close()
        log = server.log_text()
        check("stopping" in log and "stopped" in log and " error " not in log, f"the log: {log[-1000:]}")
        server.start()
        for poster in posters:
            poster.finish()
        ledger = Ledger(server.data)
        check_order(ledger)
        check_epochs(ledger, server.starts)
        for poster in posters:
            check_commands(ledger, poster.client.name, poster.commands, poster.replies)


def test_a_thousand_readers(folder):
    say_goodbye(folder, signal.SIGTERM, CROWD)


def test_interrupted(folder):
    say_goodbye(folder, signal.SIGINT, {"websocket": 60, "sse": 20, "long_poll": 20})


def test_readers_that_never_read(folder):
    with Server(folder, "--streams-per-user", "0", "--commands-per-second", "0") as server:
        alice = server.client("alice")
        make_room(server, "general", alice)
        lines = [
            Line(server, kind, alice.token, receive_buffer=4096) for kind in ("websocket", "sse") for _ in range(100)]
        wait_for(lambda: readers(server, "websocket") == 100 and readers(server, "sse") == 100, "all to be let in", 30)
        posts = 0
        while scrape(server).value("apus_slow_readers_total") < 100:
            check(posts < 1000, "nobody is slow after 1000 long messages")
            alice.say("general", "x" * 10_000)
            posts += 1
        code, seconds = server.stop(seconds=PATIENCE + 5)
        check(code == 0 and seconds < PATIENCE, f"exit code {code} after {seconds:.1f} s")
        for line in lines:
            line.socket.close()
        server.start()
        check(alice.say("general", "back")["number"] == posts + 1, "a message is missing")


def test_idle_server(folder):
    """As soon as it says that it serves, it can be told to stop; ten times, for there would be a race to lose."""
    with Server(folder, start=False) as server:
        for _ in range(10):
            server.start()
            code, seconds = server.stop()
            check(code == 0 and seconds < 3, f"exit code {code} after {seconds:.1f} s")
        check("stopped" in server.log_text(), "the log does not say that it stopped")
        server.start()
        with server.connect() as silent:
            code, seconds = server.stop()
            check(code == 0 and seconds < 3, f"with a silent connection: exit code {code} after {seconds:.1f} s")
            check(silent.recv(1) == b"", "it was sent something")


def test_what_is_in_progress_is_finished(folder):
    """Requests of which a part has come in, or of which the answer has not all gone out."""
    command = b'{"op":"room.create","kind":"public","room":"late","id":"late-1"}'
    with Server(folder, "--commands-per-second", "0") as server:
        alice = server.client("alice")
        make_room(server, "long", alice)
        for _ in range(20):
            alice.post("/v1/commands", [{"op": "message.post", "room": "long", "text": "x" * 9999, "id": str(uuid.uuid4())} for _ in range(10)])
        make = Requests(alice)
        healthz = b"GET /healthz HTTP/1.1\r\nHost: apus\r\n\r\n"
        post = make(b"POST /v1/commands", b"Content-Type: application/json\r\nContent-Length: %d\r\n" % len(command))
        history = make(b"GET /v1/rooms/long/messages?limit=200")
        with Conversation(server) as half, Conversation(server) as idle, narrow(server) as long, narrow(server) as kept:
            check(half.send(healthz).answer()[:2] == OK and idle.send(healthz).answer()[:2] == OK, "the routes")
            half.send(post + command[:20])
            long.send(history * 3)
            kept.send(healthz + history)
            check(kept.answer()[:2] == OK, "a route")
            wait_for(lambda: len(long.buffer) + len(long.more()) > 0 and kept.more(), "the long answers to begin")
            server.process.send_signal(signal.SIGTERM)
            wait_for(lambda: "stopping" in server.log_text(), "the server to stop")
            check(idle.is_ended(), "an idle connection stays")
            half.send(command[20:])
            found = half.answer()
            check(found and found[0] == 200 and half.is_ended(), f"a command that came in halves: {found}")
            for talk in (long, kept):
                status, _, body = talk.answer()
                check(status == 200 and len(json.loads(body)["messages"]) == 200, "a long answer is cut off")
        check(server.process.wait(PATIENCE) == 0, "the exit code")


def narrow(server):
    """A client that takes little at a time."""
    talk = Conversation(server)
    talk.socket.close()
    talk.socket = socket.socket()
    talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    talk.socket.settimeout(10)
    talk.socket.connect((server.host, server.port))
    return talk
