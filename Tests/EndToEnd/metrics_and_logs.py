"""What an operator sees: figures that move, lines that say who came and why they went, and no secret in either."""

import re
import socket
import sqlite3
import struct
import uuid

from apus import Server, check, make_room, request, wait_for
from crowd import Line
from metrics import Metrics, scrape
from readers import Reader
from websocket import WebSocket, encode

TRANSPORTS = ("websocket", "sse", "long_poll")


def test_the_parser_can_fail(_):
    good = "# HELP a_total Help.\n# TYPE a_total counter\na_total{x=\"y\"} 1\n"
    Metrics(good)
    for what, text in {
        "no end": good[:-1], "no TYPE": good.replace("# TYPE a_total counter\n", ""), "another name": good.replace("a_total{", "b_total{"),
        "no value": good.replace(" 1", ""), "negative": good.replace(" 1", " -1"), "not a number": good.replace(" 1", " one"),
        "open label": good.replace('"y"', '"y'), "twice": good + 'a_total{x="y"} 2\n', "bare label": good.replace('"y"', "y"),
        "counter without _total": good.replace("a_total", "a"),
        "buckets that shrink": "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
        "no +Inf": "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_sum 1\nh_count 2\n",
    }.items():
        try:
            Metrics(text)
        except (AssertionError, ValueError, KeyError):
            continue
        raise AssertionError(f"passes: {what}")


def test_figures_move(folder):
    with Server(folder, "--command-burst", "30") as server:
        alice, bob = server.client("alice"), server.client("bob")
        make_room(server, "general", alice, bob)
        before = scrape(server)
        readers = [Reader(bob, transport) for transport in TRANSPORTS]
        for transport in TRANSPORTS:
            wait_for(
                lambda: scrape(server).value("apus_readers", transport=transport) == 1, f"one reader by {transport}")
        for number in range(10):
            alice.say("general", f"message {number}", id=f"m-{number}")
        alice.say("general", "message 0", id="m-0")
        check(alice.command("message.post", room="nowhere", text="x").status == 404, "a room that is not there")
        while alice.command("typing", room="general", on=True).status == 200:
            pass
        head = bob.sync()["seq"]
        for reader in readers:
            reader.ends_at(head)
        for transport in TRANSPORTS:
            wait_for(lambda: scrape(server).value("apus_readers", transport=transport) == 0, f"no reader by {transport}")
        bad = WebSocket(server, bob.token)
        bad.socket.sendall(encode(1, b"nonsense"))
        check(bad.closing()[1] == 4400, "nonsense is not 4400")
        refused = WebSocket(server, "apus_nobody")
        check(refused.closing()[1] == 4401, "a wrong token is not 4401")
        reset = bob.get("/v1/stream?cursor=nowhere-5")
        check(reset.status == 410 and reset.json["reason"] == "unknown_epoch", f"{reset}")

        after = scrape(server)

        def grown(name, **labels):
            return after.value(name, **labels) - before.value(name, **labels)

        for what, found, least in [
            ("accepts", grown("apus_accepts_total"), 15), ("opened", grown("apus_readers_opened_total", transport="websocket"), 2),
            ("SSE opened", grown("apus_readers_opened_total", transport="sse"), 1),
            ("long polls", grown("apus_readers_opened_total", transport="long_poll"), 2),
            ("ok", grown("apus_commands_total", result="ok"), 10), ("no_such_room", grown("apus_commands_total", result="no_such_room"), 1),
            ("rate_limited", grown("apus_commands_total", result="rate_limited"), 1),
            ("bad_frame", grown("apus_closes_total", code="bad_frame"), 1),
            ("unauthorized", grown("apus_closes_total", code="unauthorized"), 1),
            ("network", grown("apus_closes_total", code="network"), 2),
            ("resets", grown("apus_resets_total", reason="unknown_epoch"), 1),
            ("appended", grown("apus_append_batch_events_sum"), 10), ("commits", grown("apus_commit_seconds_count"), 10),
            ("commit time", grown("apus_commit_seconds_sum") * 1e6, 1), ("fan-outs", grown("apus_fan_out_lag_seconds_count"), 10),
            ("delivered", grown("apus_events_delivered_total"), 30), ("memory", after.value("process_resident_memory_bytes"), 1 << 20),
        ]:
            check(found >= least, f"{what}: {found}, expected at least {least}")
        check(grown("apus_commands_total", result="repeated") == 1, "one repeated command")
        wait_for(lambda: scrape(server).value("apus_connections") <= 2, "connections to be gone")
        wait_for(lambda: alice.say("general", "unseen") and scrape(server).value("apus_search_behind_events") > 0,
                 "the search index to be behind for a moment")
        wait_for(lambda: scrape(server).value("apus_search_behind_events") == 0, "the search index to come up")
        check(after.types["apus_readers"] == "gauge" and after.types["apus_commit_seconds"] == "histogram", "types")


def test_log_lines(folder):
    secret = f"secret-{uuid.uuid4()}"
    with Server(folder, "--log-level", "trace") as server:
        alice, bob = server.client("alice"), server.client("bob")
        make_room(server, "general", alice, bob)
        readers = [Reader(bob, transport) for transport in ("websocket", "sse", "long_poll", "short_poll")]
        talker = WebSocket(server, alice.token)
        connection = talker.frames("hello")["connection"]
        talker.send(command={"id": secret + "-id", "op": "message.post", "room": "general", "text": secret})
        check("ok" in talker.frames("reply"), "a post")
        alice.say("general", secret)
        alice.command("message.post", room="general", text=secret, nonsense=secret)
        alice.post("/v1/commands", f'{{"op": "message.post", "text": "{secret}', headers={"Content-Type": "application/json"})
        for path in (f"/v1/nothing?text={secret}", f"/v1/stream?cursor={secret}", f"/v1/stream?ticket={secret}", f"/{secret}"):
            alice.get(path)
        talker.socket.sendall(encode(1, f'{{"command": "{secret}'.encode()))
        check(talker.closing()[1] == 4400, "nonsense")
        request(server, "GET", "/v1/sync", headers={"Authorization": f"Bearer {secret}"})
        garbage = server.connect()
        garbage.sendall(f"{secret} {secret}\r\n{secret}\r\n\r\n".encode())
        while garbage.recv(4096):
            pass
        garbage.close()
        head = bob.sync()["seq"]
        for reader in readers:
            reader.ends_at(head)
        wait_for(lambda: server.log_text().count("stream closed") >= 3, lambda: f"the log to tell of closed streams: {server.log_text()}")
        log = server.log_text()
        code, _ = server.stop()
        check(code == 0, f"exit code {code}")
        log = server.log_text()
    for what, text in {"alice's token": alice.token, "bob's token": bob.token, "a message's text or what a client sent": secret}.items():
        check(text not in log, f"{what} is in the log: {[line for line in log.splitlines() if text in line][:3]}")
        check(text.removeprefix("apus_") not in log, f"{what} without its prefix is in the log")
    lines = [line for line in log.splitlines() if connection in line]
    opened = [line for line in lines if "stream opened" in line]
    closed = [line for line in lines if "stream closed" in line]
    check(len(opened) == 1 and len(closed) == 1, f"lines of {connection}: {lines}")
    user = sqlite3.connect(server.data + "/apus.sqlite").execute("SELECT id FROM user WHERE name = 'alice'").fetchone()[0]
    check(re.search(rf"transport=websocket.* stream opened|user={user}", opened[0]) and user in opened[0], f"{opened}")
    check("cause=bad_frame" in closed[0], f"{closed}")
    for name in ("events", "batches", "duration_ms"):
        check(re.search(rf"\b{name}=\d+", closed[0]), f"no {name}: {closed}")
    check(len(re.findall(r"stream opened", log)) == len(re.findall(r"stream closed", log)), "streams that never closed")
    for line in log.splitlines():
        check(re.match(r"\d{4}-\d\d-\d\dT\S+ (trace|debug|info|notice|warning|error|critical) apus: ", line), f"a line of another form: {line!r}")
    check("serving" in log and "stopped" in log, "a beginning and an end")


def test_a_broken_connection_is_logged(folder):
    """A reset is an error of the connection, with its id, and then its end."""
    with Server(folder) as server:
        alice = server.client("alice")
        for kind in ("websocket", "sse"):
            line = Line(server, kind, alice.token)
            wait_for(lambda: scrape(server).value("apus_readers", transport=kind) == 1, f"{kind} to be let in")
            line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.socket.close()
            wait_for(lambda: scrape(server).value("apus_readers", transport=kind) == 0, f"{kind} to be gone")
        log = server.log_text()
        for kind in ("websocket", "sse"):
            name = re.search(rf"connection=(\S+).*transport={kind}.* stream opened", log)[1]
            for said in ("stream failed", "stream closed"):
                check(re.search(rf"connection={name}\b.* {said}", log), f"no \"{said}\" for {kind} {name} in:\n{log}")
