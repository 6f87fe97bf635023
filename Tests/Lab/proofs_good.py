"""That a good network, and each recommended proxy, is good."""

import http.client
import json
import socket
import ssl
import subprocess
import threading
import time

from apus import check, request, wait_for
from ground import EventStream, check_gets
from metrics import scrape
from readers import Closed
from websocket import WebSocket, encode, handshake

FRAME = 128 << 10  # the largest that the protocol allows
BODY = 1 << 20


def websocket_both_ways(ground):
    ground.check_works()
    # nginx and its like write their logs when the connection is over.
    wait_for(lambda: "websocket" in ground.network.carried(), "the log to tell of the WebSocket")
    check("handshake" not in ground.network.carried(), f"carried: {ground.network.carried()}")


def largest_frame(ground):
    client = ground.websocket()
    client.frames("hello")
    posts = [{"id": f"frame-{n}", "op": "message.post", "room": "general", "text": "x" * 10_000} for n in range(12)]
    client.socket.sendall(encode(1, json.dumps({"command": posts}).ljust(FRAME).encode()))
    replies = [client.frames("reply") for _ in posts]
    check(all("ok" in reply for reply in replies), f"{replies}")
    client.close()
    if ground.name != "caddy":  # which does not count it
        wait_for(
            lambda: ground.network.carried().get("websocket", {"up": 0})["up"] > FRAME,
            lambda: f"the log to tell of {FRAME} bytes by WebSocket: {ground.network.carried()}")


def spaced_events(ground):
    stream = EventStream(ground)
    stream.check_spaced()
    ground.bob.say("general", "at once")
    wait_for(lambda: any("events" in content for _, _, content in stream.arrivals), "the message", 2)
    stream.close()
    wait_for(lambda: ground.network.carried().get("sse", {"down": 0})["down"] > 2048, "the log to tell of SSE")


def largest_body(ground):
    posts = [{"id": f"body-{n}", "op": "message.post", "room": "general", "text": "x" * 10_000} for n in range(100)]
    body = json.dumps(posts).ljust(BODY)
    answer = ground.alice.post("/v1/commands", body, {"Content-Type": "application/json"})
    check(answer.status == 200 and all("ok" in reply for reply in answer.json), f"{answer}")
    answer = ground.alice.post("/v1/commands", body + " ", {"Content-Type": "application/json"})
    check(answer.status == 413 and answer.json["code"] == "too_large", f"one byte more: {answer}")


def polls_answered_at_once(ground):
    cursor, answers = ground.alice.sync()["cursor"], []
    poll = threading.Thread(target=lambda: answers.append(ground.alice.get(f"/v1/stream?wait=20&cursor={cursor}")))
    poll.start()
    wait_for(lambda: scrape(ground.server).value("apus_readers", transport="long_poll") == 1, "the poll to wait")
    ground.bob.say("general", "for the poll")
    poll.join(5)
    check(answers and answers[0].json["events"][-1]["data"]["text"] == "for the poll", f"{answers}")
    wait_for(lambda: "long_poll" in ground.network.carried(), "the log to tell of the long poll")


def a_client_that_goes_is_noticed(ground):
    connection = http.client.HTTPConnection(ground.network.host, ground.network.port)
    connection.request("GET", "/v1/stream?wait=55", headers=ground.alice.authorization)
    wait_for(lambda: scrape(ground.server).value("apus_readers", transport="long_poll") == 1, "the poll to wait")
    connection.close()
    wait_for(lambda: scrape(ground.server).value("apus_readers", transport="long_poll") == 0, "the poll to be over", 5)


def lengths_that_disagree_are_refused(ground):
    before = len(ground.tap.passages)
    try:
        _, status, _, _ = ground.raw(
            b"POST /v1/commands HTTP/1.1\r\nHost: apus\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ")
    except http.client.HTTPException:
        status = None  # ended without an answer, which is a refusal, too
    check(status in (400, None), f"two lengths were answered {status}")
    check(len(ground.tap.passages) == before, "a request with two lengths reached the server")


def headers_of_clients_are_not_believed(ground):
    false = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "gopher", "X-Forwarded-Host": "evil", "Forwarded": "for=1"}
    request(ground.network, "GET", "/readyz", headers=false | {"Host": "chat.example.org"})
    head = ground.tap.passages[-1].head
    names = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded")
    found = tuple(head.get(name) for name in names)
    check(found == ("127.0.0.1", "chat.example.org", ""), f"the server was told {dict(zip(names, found))}")
    check(head.get("X-Forwarded-Proto") in ("http", "https"), head.get("X-Forwarded-Proto"))
    check(head.get("Host") == "chat.example.org", f"Host: {head.get('Host')}")


def metrics_stay_inside(ground):
    before = len(ground.tap.passages)
    check(request(ground.network, "GET", "/metrics").status == 404, "/metrics is to be seen from outside")
    check(len(ground.tap.passages) == before, "/metrics was asked of the server")


def secrets_of_hooks_are_not_logged(ground):
    request(ground.network, "POST", "/v1/hooks/nobody-may-read-this", {"text": "x"})
    request(ground.network, "GET", "/v1/everybody-may")

    def log():
        proxy = ground.network.proxy
        with open(proxy.path("access.log" if proxy.program == "nginx" else "output.log"), encoding="utf-8") as file:
            return file.read()

    wait_for(lambda: "everybody-may" in log(), "the later request to be logged")
    check("nobody-may-read-this" not in log(), "a webhook's token is in the log")


def tls(ground):
    proxy = ground.network.proxy
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # the certificate was made a moment ago
    plain = socket.create_connection((proxy.host, proxy.tls_port), 20)
    sealed = context.wrap_socket(plain, server_hostname="chat.example.org")
    sealed.sendall(handshake(ground.alice.token))
    client = WebSocket.of(sealed, b"")
    client.frames("hello")
    ground.bob.say("general", "sealed")
    check_gets(client, "sealed")
    client.close()
    version = subprocess.run(
        ["curl", "-sk", "-o", "/dev/null", "-w", "%{http_version} %{http_code}", f"https://127.0.0.1:{proxy.tls_port}/readyz",
         "-H", "Host: chat.example.org"], capture_output=True, text=True).stdout
    check(version == "2 200", f"curl over TLS says {version!r}")


def plain_http_is_sent_to_tls(ground):
    connection = http.client.HTTPConnection(ground.network.host, ground.network.proxy.redirect_port)
    connection.request("GET", "/r/general", headers={"Host": "chat.example.org"})
    answer = connection.getresponse()
    check(
        answer.status == 301 and answer.headers["Location"] == "https://chat.example.org/r/general",
        f"{answer.status} {answer.headers['Location']}")
    connection.close()


def good_after_a_switch(ground):
    ground.network.become("good")
    ground.check_works()


def an_empty_long_poll_of_25_s(ground):
    begun = time.monotonic()
    answer = ground.alice.get("/v1/stream?wait=25&rooms=general", seconds=60)
    check(answer.status == 200 and 24 < time.monotonic() - begun < 35, f"{answer} after {time.monotonic() - begun:.1f} s")


def an_idle_websocket_of_90_s(ground):
    client, end = ground.websocket("/v1/stream?rooms=nothing-here", 40), time.monotonic() + 90
    beats = 0
    try:
        while time.monotonic() < end:
            beats += client.receive()[0] == "batch"
    except (Closed, OSError) as trouble:
        raise AssertionError(f"cut {end - time.monotonic():.0f} s before the end: {trouble!r}") from None
    check(beats >= 4, f"{beats} heartbeats in 90 s")
    client.send(probe="idle no more")
    check(client.frames("probe") == "idle no more", "the echo")


ANY = [
    websocket_both_ways, largest_frame, spaced_events, largest_body, polls_answered_at_once, a_client_that_goes_is_noticed]
PROXY = [
    lengths_that_disagree_are_refused, headers_of_clients_are_not_believed, metrics_stay_inside,
    secrets_of_hooks_are_not_logged, tls, plain_http_is_sent_to_tls,
    good_after_a_switch]
SLOW = [an_empty_long_poll_of_25_s, an_idle_websocket_of_90_s]
# Caddy logs nothing and redirects by itself where nothing is said; the lab switches both.
NOT_OF_CADDY = [secrets_of_hooks_are_not_logged, plain_http_is_sent_to_tls]


def proofs(name):
    if name == "good":
        return ANY
    return [proof for proof in ANY + PROXY if name != "caddy" or proof not in NOT_OF_CADDY]
