"""How many connections an address may have, if the operator says so."""

import http.client
import json
import os
import re
import socket

from apus import Server, check, exchange, request, run, wait_for
from metrics import Metrics
from websocket import WebSocket


def connect(server, source="127.0.0.1"):
    return socket.create_connection((server.host, server.port), 10, (source, 0))


def is_open(connection):
    """Whether the server answers; a refused connection is closed without a word."""
    try:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: apus\r\n\r\n")
        return connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


def admitted(server, source="127.0.0.1"):
    """A connection that the server serves, if it lets one in."""
    connection = connect(server, source)
    if is_open(connection):
        return connection
    connection.close()
    return None


def places(server, most=30):
    """How many connections one address can have open."""
    held = []
    while len(held) < most and (connection := admitted(server)):
        held.append(connection)
    for connection in held:
        connection.close()
    return len(held)


def test_each_address_has_its_places(folder):
    with Server(folder, "--connections-per-address", "5") as server:
        watcher = http.client.HTTPConnection(server.host, server.port, timeout=20, source_address=("127.0.0.9", 0))

        def figures():
            return Metrics(exchange(watcher, "GET", "/metrics").body.decode())

        held = [connect(server) for _ in range(5)]
        check(all(is_open(connection) for connection in held), "the first five")
        for _ in range(20):
            check(admitted(server) is None, "a sixth")
        check(all(is_open(connection) for connection in held), "the first five suffer")
        other = [admitted(server, "127.0.0.2") for _ in range(5)]
        check(all(other) and admitted(server, "127.0.0.2") is None, "another address")
        check(figures().value("apus_connections_refused_total") == 21, f"{figures().samples}")
        check(figures().value("apus_connections") == 11, f"connections: {figures().value('apus_connections')}")
        held.pop().close()
        wait_for(lambda: figures().value("apus_connections") == 10, "the place of one that is gone")
        check(held.append(admitted(server)) is None and held[-1], "the free place")
        check(admitted(server) is None, "a sixth again")
        lines = [line for line in server.log_text().splitlines() if "connections refused" in line]
        check(len(lines) == 1 and "127.0.0.1" in lines[0] and " notice " in lines[0], f"{lines}")
        check(not re.search(r" (error|critical) ", server.log_text()), server.log_text())
        for connection in held + other:
            connection.close()
        wait_for(lambda: figures().value("apus_connections") == 1, "all to be gone")
        check(places(server) == 5, "the places afterwards")


def test_behind_a_trusted_proxy_each_client_has_its_places(folder):
    with Server(folder, "--connections-per-address", "2", "--trusted-proxies", "127.0.0.1") as server:
        alice = server.client("alice")
        held = [connect(server) for _ in range(10)]
        check(all(is_open(connection) for connection in held), "the proxy's own connections")

        def ask(client, path="/v1/sync", **more):
            return request(server, "GET", path, headers=alice.authorization | {"X-Forwarded-For": client} | more)

        def stream(client):
            return WebSocket(server, alice.token, headers=f"X-Forwarded-For: {client}\r\n")
        one, other = "203.0.113.1", "203.0.113.2"
        first, second = stream(one), stream(one)
        first.frames("hello"), second.frames("hello")
        check(stream(one).closing()[1] == 4429, "a third WebSocket")
        for path in ("/v1/sync", "/v1/stream", "/healthz"):
            answer = ask(one, path)
            check(answer.status == 429 and answer.json["code"] == "too_many_streams", f"{path}: {answer}")
            check(int(answer.headers["Retry-After"]) >= 1, f"{path}: {answer.headers}")
            check(ask(other, path).status == 200, f"{path} of another client")
        first.close()
        wait_for(lambda: ask(one).status == 200, "the place of a WebSocket that is gone")

        # One connection of the proxy carries the requests of many, one after the other.
        shared = http.client.HTTPConnection(server.host, server.port, timeout=20)
        for client in (one, other, other, other, "203.0.113.3", other, one):
            answer = exchange(shared, "GET", "/v1/sync", headers=alice.authorization | {"X-Forwarded-For": client})
            check(answer.status == 200, f"{client}: {answer}")
        events = server.connect()
        events.sendall(
            f"GET /v1/stream HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nX-Forwarded-For: {one}\r\n"
            f"Authorization: Bearer {alice.token}\r\n\r\n".encode())
        check(events.recv(4096).startswith(b"HTTP/1.1 200 "), "an SSE stream in the free place")
        check(ask(one).status == 429, "a place besides a WebSocket and an SSE stream")
        events.close()
        wait_for(lambda: ask(one).status == 200, "the place of an SSE stream that is gone")
        for connection in (*held, second, shared):
            connection.close()


def test_where_it_is_set(folder):
    done = run("serve", "--connections-per-address=-1", "--data", folder + "/none")
    check(done.returncode == 2 and "from 0 to" in done.stderr, f"-1: {done}")
    config = os.path.join(folder, "settings.json")
    with open(config, "w") as file:
        json.dump({"connections-per-address": 3}, file)
    for what, arguments, env, expected in [
        ("the file", ["--config", config], {}, 3), ("the environment", ["--config", config], {"APUS_CONNECTIONS_PER_ADDRESS": "4"}, 4),
        ("the option", ["--config", config, "--connections-per-address", "2"], {"APUS_CONNECTIONS_PER_ADDRESS": "4"}, 2),
        ("0", ["--config", config, "--connections-per-address", "0"], {}, 30), ("nothing", [], {}, 30),
    ]:
        with Server(folder, *arguments, env=env) as server:
            found = places(server)
            check(found == expected, f"by {what}: {found} places, expected {expected}")
