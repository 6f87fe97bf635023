"""That each broken network is broken in its way, and good once it is switched, at the same address."""

import contextlib
import http.client
import socket
import threading
import time

from apus import check, request, wait_for
from ground import EventStream, check_gets
from readers import Closed
from websocket import handshake

GONE = (Closed, OSError)


def upgrade_is_dropped(ground):
    check(ground.handshake_status() == 200, "the handshake was not answered as a plain request")
    check(ground.alice.sync()["seq"] > 0, "plain requests pass")
    wait_for(lambda: "handshake" in ground.network.carried(), "the log to tell of a handshake without a WebSocket")
    check("websocket" not in ground.network.carried(), f"a WebSocket passed: {ground.network.carried()}")
    ground.network.become("good")
    ground.check_works()


def frames_are_swallowed(ground):
    client = ground.websocket(seconds=1)
    check_silent(client, "hello passed")
    ground.network.become("good")
    ground.check_works()
    # The worse case: it swallows in the middle of a conversation.
    client = ground.websocket()
    client.frames("hello")
    before = ground.network.carried()["websocket"]["lost"]
    ground.network.become("broken")
    client.send(probe="lost")
    ground.bob.say("general", "lost")
    wait_for(lambda: ground.network.carried()["websocket"]["lost"] > before + 100, "frames to be swallowed")
    client.socket.settimeout(0.3)
    with contextlib.suppress(TimeoutError):
        while True:  # what had passed before
            name, content = client.receive()
            check("lost" not in str(content), f"{name} {content} was not swallowed")
    check(ground.alice.sync()["seq"] > 0, "plain requests pass")


def check_silent(client, what):
    try:
        raise AssertionError(f"{what}: {client.receive()}")
    except TimeoutError:
        pass  # nothing came: as it should be


def streams_are_buffered(ground):
    stream = EventStream(ground)

    def ticks_have_left():
        sent = [passage for passage in ground.tap.passages if passage.transport == "sse"]
        return sent and sent[0].down > 2048 and time.time() > sent[0].opened + 1.5

    wait_for(ticks_have_left, "the ticks to leave the server")
    check(not stream.arrivals, f"{stream.arrivals} came through")
    stopped = time.monotonic()
    ground.server.stop()
    (first, *_, last) = stream.wait(3)
    check(stopped < first and last - first < 0.3, f"what was held came apart by {last - first:.2f} s")
    ground.server.start()
    ground.network.become("good")
    stream = EventStream(ground)
    stream.check_spaced()
    stream.close()


def connections_are_cut(ground, seconds=3.0):
    stream, client, begun = EventStream(ground), ground.websocket(), time.monotonic()
    lived = life(client, begun, busy=True)
    check(lived and seconds - 0.3 < lived < seconds + 1, f"a busy WebSocket lived {lived} s")
    wait_for(lambda: stream.ended, "the stream to be cut", 1)
    told = [passage.ended_by for passage in ground.network.passages if passage.transport in ("websocket", "sse")]
    check(told == ["network"] * 2, f"ended by {told}")
    ground.network.become("good")
    client, begun = ground.websocket(), time.monotonic()
    check(life(client, begun, busy=True, most=seconds + 1) is None, "a WebSocket was cut though all is good")


def life(client, begun, busy, most=20):
    """Seconds until the WebSocket ended, None if it has not. The busy one sends four probes a second."""
    client.socket.settimeout(0.25 if busy else most)
    try:
        while time.monotonic() < begun + most:
            if busy:
                client.send(probe="busy")
            with contextlib.suppress(TimeoutError):
                while True:
                    client.receive()
    except GONE:
        return time.monotonic() - begun
    return None


def idle_connections_are_cut(ground, seconds=5.0):
    # A narrow reader: news of others must not wake the idle one.
    idle, busy, begun = ground.websocket("/v1/stream?rooms=none&observe=1"), ground.websocket(), time.monotonic()
    lives = {}
    threads = [
        threading.Thread(target=lambda: lives.update(idle=life(idle, begun, busy=False))),
        threading.Thread(target=lambda: lives.update(busy=life(busy, begun, busy=True, most=seconds + 2)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    check(lives["busy"] is None, f"the busy WebSocket lived only {lives['busy']} s")
    # Its ticks do not come by WebSocket; hello and the first batch come at once.
    check(lives["idle"] and seconds - 0.5 < lives["idle"] < seconds + 2, f"the idle WebSocket lived {lives['idle']} s")


def everything_is_502(ground):
    answers = [ground.handshake_status(), ground.alice.get("/v1/sync").status, ground.alice.command("typing").status]
    check(answers == [502] * 3, f"answered {answers}")
    ground.network.become("good")
    ground.check_works()
    client = ground.websocket()
    client.frames("hello")
    ground.network.become("broken")
    check(life(client, time.monotonic(), busy=False, most=2) is not None, "a WebSocket outlived the proxy's trouble")


def http_1_0_is_spoken(ground):
    check(ground.handshake_status() == 200, "the handshake was not answered as a plain request")
    seen = len(ground.tap.passages)
    with ground.network.connect() as sock:
        sock.sendall(ground_get(ground, "/v1/sync"))
        response = http.client.HTTPResponse(sock)
        response.begin()
        check(response.status == 200 and b'"cursor"' in response.read(), "sync")
        check(sock.recv(1) == b"", "the connection lives on after its answer")
    first = ground.tap.passages[seen].head.first
    check(first == "GET /v1/sync HTTP/1.0", f"the server was sent {first!r}")
    if ground.name == "http-1.0":
        check(response.version == 10, f"the client was answered in {response.version}")
        _, status, _, _ = ground.raw(
            b"POST /v1/commands HTTP/1.1\r\nHost: apus\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
        check(status == 411, f"chunks were answered {status}")
    ground.network.become("good")
    ground.check_works()


def ground_get(ground, path):
    return f"GET {path} HTTP/1.1\r\nHost: apus\r\nAuthorization: Bearer {ground.alice.token}\r\n\r\n".encode()


def a_portal_answers(ground):
    for ask in (
            handshake(ground.alice.token), ground_get(ground, "/v1/stream?wait=25"),
            b"POST /v1/commands HTTP/1.1\r\nHost: apus\r\nContent-Length: 2\r\n\r\n{}"):
        _, status, headers, body = ground.raw(ask)
        check(status == 200 and headers["Content-Type"].startswith("text/html") and b"<p>" in body, f"{status} {body}")
    check(not ground.tap.passages, "something reached the server")
    ground.network.become("good")
    ground.check_works()


def packets_vanish(ground):
    client = None
    with contextlib.suppress(TimeoutError):
        socket.create_connection((ground.network.host, ground.network.port), 1)
        raise AssertionError("a connection could be made")
    ground.network.become("good")
    ground.check_works()
    client = ground.websocket()
    client.frames("hello")
    ground.network.become("broken")
    ground.bob.say("general", "through the hole")
    wait_for(lambda: ground.network.namespace.dropped > 0, "packets to vanish")
    client.socket.settimeout(0.5)
    with contextlib.suppress(TimeoutError):
        check_gets(client, "through the hole", 1)
        raise AssertionError("a message came through the hole")
    client.socket.settimeout(20)
    ground.network.become("good")
    check_gets(client, "through the hole")  # TCP has kept it


def it_is_far_away(ground):
    client = ground.websocket()
    client.frames("hello")
    trips = []
    for number in range(5):
        begun = time.monotonic()
        client.send(probe=str(number))
        check(client.frames("probe") == str(number), "the echo")
        trips.append(time.monotonic() - begun)
    check(min(trips) > 0.39 and max(trips) - min(trips) > 0.02, f"there and back in {trips}")
    # Each connection takes some ten packets.
    for _ in range(60):
        with contextlib.suppress(TimeoutError), ground.network.connect(0.2):
            if ground.network.namespace.dropped:
                break
    wait_for(lambda: ground.network.namespace.dropped > 0, "a packet to be lost", 5)
    ground.network.become("good")
    begun = time.monotonic()
    request(ground.network, "GET", "/readyz")
    check(time.monotonic() - begun < 0.35, f"an answer took {time.monotonic() - begun:.2f} s though all is good")


def the_server_restarts(ground):
    epochs = set()

    def see():
        with contextlib.suppress(*GONE, http.client.HTTPException, ValueError, AssertionError):
            epochs.add(ground.alice.sync()["epoch"])
        return len(epochs) >= 4

    begun = time.monotonic()
    wait_for(see, "four epochs", 40)
    check(time.monotonic() - begun > 4, "the server restarts faster than it is said to")
    ground.network.become("good")
    starts = ground.server.starts
    ground.check_works()
    check(ground.server.starts == starts, "it restarts though all is good")


def upgraded_connections_are_killed(ground):
    lives = []
    for _ in range(8):
        client = ground.websocket()
        lives.append(life(client, time.monotonic(), busy=False))
    check(all(seconds is not None and seconds < 0.45 for seconds in lives), f"they lived {lives}")
    check(ground.alice.sync()["seq"] > 0, "plain requests pass")
    wait_for(lambda: {p.ended_by for p in ground.network.passages if p.status == 101} == {"network"}, "the log to say so")
    ground.network.become("good")
    client = ground.websocket()
    check(life(client, time.monotonic(), busy=True, most=1) is None, "a WebSocket was killed though all is good")


def one_is_served_at_a_time(ground):
    check(ground.handshake_status() == 200, "the handshake was not answered as a plain request")
    answered = {}

    def ask(path):
        answer = ground.alice.get(path)
        answered[path] = (time.monotonic(), answer.status)

    poll = threading.Thread(target=ask, args=("/v1/stream?wait=2&rooms=none",))
    poll.start()
    wait_for(lambda: any(passage.transport == "long_poll" for passage in ground.tap.passages), "the poll to arrive")
    syncs = [threading.Thread(target=ask, args=(f"/v1/sync?{number}",)) for number in range(2)]
    for thread in syncs:
        thread.start()
    for thread in [poll, *syncs]:
        thread.join(20)
    times = sorted((moment, path) for path, (moment, _) in answered.items())
    check([status for _, status in answered.values()] == [200] * 3, f"{answered}")
    check(times[0][1].startswith("/v1/stream"), f"answered in the order {times}")
    stretches = sorted((passage.opened, passage.closed) for passage in ground.tap.passages)
    check(all(end <= begin for (_, end), (begin, _) in zip(stretches, stretches[1:])), f"served at once: {stretches}")
    ground.network.become("good")
    ground.check_works()


PROOFS = {
    "no-upgrade": upgrade_is_dropped,
    "nginx-no-upgrade": upgrade_is_dropped,
    "swallowed-frames": frames_are_swallowed,
    "buffered": streams_are_buffered,
    "haproxy-buffered": streams_are_buffered,
    "cut-after-3s": connections_are_cut,
    "cut-idle": idle_connections_are_cut,
    "nginx-cut-idle": idle_connections_are_cut,
    "haproxy-cut-idle": idle_connections_are_cut,
    "bad-gateway": everything_is_502,
    "http-1.0": http_1_0_is_spoken,
    "nginx-http-1.0": http_1_0_is_spoken,
    "captive-portal": a_portal_answers,
    "black-hole": packets_vanish,
    "far-away": it_is_far_away,
    "restarts": the_server_restarts,
    "killed-upgrade": upgraded_connections_are_killed,
    "one-at-a-time": one_is_served_at_a_time,
}
