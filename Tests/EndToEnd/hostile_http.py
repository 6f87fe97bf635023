"""Bytes over HTTP that no decent client sends: each is refused as it should be, and nobody else notices."""

import socket
import struct

from apus import Server, check, wait_for
from bad_requests import BAD, OK, UPGRADE, Requests, framing, heads, pipelines, targets
from bystanders import Bystanders, descriptors, resident
from conversation import Conversation, expect, push_until_stalled
from metrics import scrape


def refused(server, cases):
    check(len(cases) > 5, "no cases")
    return [fault for fault in (expect(server, *case) for case in cases) if fault]


def played(folder, table):
    with Server(folder, "--commands-per-second", "0", "--streams-per-user", "0") as server:
        make = Requests(server.client("mallory"))
        with Bystanders(server):
            faults = refused(server, list(table(make)))
        check(not faults, "\n".join(faults))


def test_framing(folder):
    played(folder, framing)


def test_heads(folder):
    played(folder, heads)


def test_targets(folder):
    played(folder, targets)


def test_pipelines(folder):
    played(folder, pipelines)


def test_what_is_expected_can_be_missed(folder):
    with Server(folder) as server:
        make = Requests(server.client("mallory"))
        good = make(b"GET /v1/sync")
        check(expect(server, "", good, [OK], False) is None, "a good request")
        for what, arguments in {
            "another status": (good, [BAD], False), "an answer too few": (good, [OK, OK], True), "a connection that should close": (good, [OK], True),
            "a connection that should stay": (make(b"GET /v1/sync", host=b""), [BAD], False), "an answer too many": (good + good, [OK], False),
        }.items():
            check(expect(server, what, *arguments, seconds=1) is not None, f"passes: {what}")


def test_too_many_ahead(folder):
    """Requests sent ahead are held, but not without bound: those in the hold are answered, then comes the refusal."""
    with Server(folder, "--streams-per-user", "0") as server:
        make = Requests(server.client("mallory"))
        with Bystanders(server), Conversation(server, 20) as talk:
            talk.send(make(b"GET /v1/stream?wait=2") + b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 20_000)
            check(talk.answer()[:2] == OK, "the poll")
            count = 0
            while (answer := talk.answer()) and answer[0] == 200:
                count += 1
            check(answer and answer[:2] == BAD and 100 < count < 1000, f"{answer} after {count} answers")
            check(talk.is_ended(), "the connection stays")


def test_one_byte_at_a_time(folder):
    with Server(folder) as server:
        alice = server.client("alice")
        make = Requests(alice)
        with Bystanders(server):
            command = b'{"op":"room.create","kind":"public","room":"slow","id":"s-1"}'
            json = b"Content-Type: application/json\r\n"
            with Conversation(server) as talk:
                talk.trickle(make(b"POST /v1/commands", json + b"Content-Length: %d\r\n" % len(command), command))
                check(talk.answer()[:2] == OK, "a command in drips")
                chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in command) + b"0\r\n\r\n"
                talk.trickle(make(b"POST /v1/commands", json + b"Transfer-Encoding: chunked\r\n", chunks))
                status, _, body = talk.answer()
                check(status == 200 and b'"repeated":true' in body, f"in chunks of a byte: {status} {body}")
                talk.trickle(make(b"GET /v1/sync"))
                check(talk.answer()[:2] == OK and talk.is_usable(), "a route in drips")


def test_a_body_that_waits_to_be_asked_for(folder):
    """`Expect: 100-continue` (RFC 9110 section 10.1.1): curl waits a second where nobody says it."""
    with Server(folder) as server:
        make = Requests(server.client("mallory"))
        expecting = b"Expect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
        for path, status in [(b"/v1/commands", 400), (b"/v1/stream", 200), (b"/v1/bots", 400)]:
            with Conversation(server) as talk:
                for _ in range(2):
                    word = talk.send(make(b"POST " + path, expecting)).answer()
                    check(word == (100, None, b""), f"{path}: {word}")
                    found = talk.send(b"{}").answer()
                    check(found[0] == status, f"{path}: {found}")


def test_half_closed(folder):
    """Whoever closes its side after asking gets its answers; the connection then ends. `nc -N` and some proxies do that."""
    json = b"Content-Type: application/json\r\n"
    with Server(folder) as server:
        alice = server.client("alice")
        make = Requests(alice)
        command = make(b"POST /v1/commands", json + b"Content-Length: 46\r\n", b'{"op":"room.join","room":"calm","id":"j-0001"}')
        with Bystanders(server):
            for name, data, answers in [
                ("a route", make(b"GET /v1/sync"), [OK]), ("a command", command, [OK]), ("a short poll", make(b"GET /v1/stream"), [OK]),
                ("several", make(b"GET /v1/sync") + command + make(b"GET /v1/stream?wait=1") + make(b"GET /v1/sync"), [OK] * 4),
                ("half a request", make(b"GET /v1/sync")[:-2], [BAD]), ("one and a half", command + make(b"GET /v1/sync")[:-9], [OK, BAD]),
                ("half a body", make(b"POST /v1/commands", json + b"Content-Length: 9\r\n", b"{"), [BAD]), ("nothing", b"", []),
            ]:
                with Conversation(server) as talk:
                    talk.send(data).end()
                    found = [talk.answer()[:2] for _ in answers]
                    check(found == answers and talk.is_ended(), f"{name}: {found}, then {talk.buffer[:200]!r}")
            cursor = alice.sync()["cursor"]
            with Conversation(server) as talk:
                talk.send(make(b"GET /v1/stream?wait=55&rooms=nowhere&cursor=" + cursor.encode()))
                wait_for(lambda: scrape(server).value("apus_readers", transport="long_poll") == 2, "the poll to wait")
                status, _, body = talk.end().answer()
                check(status == 200 and b'"cursor":"' in body and talk.is_ended(), f"a waiting poll: {status} {body}")
            for name, kind in [("sse", b"Accept: text/event-stream\r\n"), ("websocket", UPGRADE)]:
                with Conversation(server) as talk:
                    talk.send(make(b"GET /v1/stream", kind))
                    wait_for(lambda: scrape(server).value("apus_readers", transport=name) == 2, f"{name} to be let in")
                    talk.end()
                    wait_for(lambda: scrape(server).value("apus_readers", transport=name) == 1, f"{name} to be ended")
                    while talk.more():
                        pass
                with Conversation(server) as talk:
                    talk.send(make(b"GET /v1/stream", kind)).end()
                    while talk.more():
                        pass


def test_clients_that_never_read(folder):
    """Answers that nobody takes do not pile up: the server stops taking requests."""
    with Server(folder, "--streams-per-user", "0", "--commands-per-second", "0") as server:
        alice = server.client("alice")
        make = Requests(alice)
        with Bystanders(server) as calm:
            alice.do("room.join", room="calm")
            cursor = alice.sync()["cursor"].encode()
            for _ in range(10):
                alice.say("calm", "x" * 5000)
            paths = [b"GET /v1/stream?cursor=" + cursor, b"GET /v1/rooms/calm/messages", b"GET /metrics"]
            clients = [(Conversation(server), make(path) * 500) for path in paths * 3]
            push_until_stalled({talk.socket: data for talk, data in clients})
            more = resident(server) - calm.memory
            check(more < 64 << 20, f"{more >> 20} MiB for {len(clients)} clients")
            for talk, _ in clients:
                talk.socket.close()


def test_clients_that_vanish(folder):
    """A reset at every moment of a request, and of a reader that the server already has."""
    with Server(folder, "--streams-per-user", "0") as server:
        make = Requests(server.client("alice"))
        readers = {
            "websocket": make(b"GET /v1/stream", UPGRADE), "long_poll": make(b"GET /v1/stream?wait=55"),
            "sse": make(b"GET /v1/stream", b"Accept: text/event-stream\r\n"),
        }
        with Bystanders(server):
            for data in [
                b"", b"GET", make(b"GET /v1/sync"), make(b"GET /v1/stream"), *readers.values(), readers["websocket"] + b"\x81",
                make(b"POST /v1/commands", b"Content-Type: application/json\r\nContent-Length: 100\r\n", b"{"),
                make(b"POST /v1/commands", b"Content-Type: application/json\r\nContent-Length: 2\r\n", b"{}") * 50,
            ] * 20:
                reset(Conversation(server).send(data))
            for transport, data in readers.items():
                talks = [Conversation(server).send(data) for _ in range(10)]
                wait_for(lambda: scrape(server).value("apus_readers", transport=transport) >= 10, f"readers over {transport}")
                for talk in talks:
                    reset(talk)


def reset(talk):
    """Ends a connection without a farewell."""
    talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    talk.socket.close()


def test_the_leak_check_can_fail(folder):
    with Server(folder) as server:
        calm = Bystanders(server)
        with calm:
            held = [Conversation(server) for _ in range(50)]
            wait_for(lambda: descriptors(server)[0] >= calm.descriptors[0] + 50, "the connections")
            try:
                calm.check_leaks(seconds=0.5)
            except AssertionError:
                pass
            else:
                raise AssertionError("passes: fifty sockets more")
            for talk in held:
                talk.socket.close()
