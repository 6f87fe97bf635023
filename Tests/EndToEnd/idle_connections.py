"""Connections that ask nothing, or never finish asking, are closed. Beside the other tests: they take their time."""

import socket
import threading
import time

from apus import Server, check

BESIDE_OTHERS = True
PATIENCE = 20  # the time-out is 15 s, and the machine is busy

HALVES = {
    "silence": b"",
    "half a request line": b"GET /v1/str",
    "half a header": b"GET /v1/stream HTTP/1.1\r\nHost: apus\r\nAuthoriz",
    "half a body": b"POST /v1/commands HTTP/1.1\r\nHost: apus\r\nContent-Type: application/json\r\n"
                   b"Authorization: Bearer TOKEN\r\nContent-Length: 100\r\n\r\n{",
    "half a body for the router": b"POST /v1/password HTTP/1.1\r\nHost: apus\r\nContent-Type: application/json\r\n"
                                  b"Authorization: Bearer TOKEN\r\nContent-Length: 100\r\n\r\n{",
}


def measure(client, what, begun, results, drip):
    """How long a connection lives, and what it is told at the end."""
    with client.server.connect(PATIENCE) as connection:
        connection.sendall(HALVES[what].replace(b"TOKEN", client.token.encode()))
        connection.settimeout(1)
        received = b""
        while time.monotonic() - begun < PATIENCE + 5:
            try:
                more = connection.recv(4096)
                received += more
                if not more:
                    break
            except socket.timeout:
                if drip:
                    connection.send(b"x")
            except OSError:
                break
        results[what + (", in drips" if drip else "")] = time.monotonic() - begun, received


def test_closed_in_time(folder):
    with Server(folder) as server:
        alice, results, begun = server.client("alice"), {}, time.monotonic()
        threads = [
            threading.Thread(target=measure, args=(alice, what, begun, results, drip))
            for what in HALVES for drip in ((False, True) if what == "half a header" else (False,))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        problems = []
        for what, (seconds, received) in results.items():
            if not 10 < seconds < PATIENCE:
                problems.append(f"{what}: closed after {seconds:.1f} s")
            if what.startswith("half a body") and not received.startswith(b"HTTP/1.1 408 "):
                problems.append(f"{what}: answered {received[:100]!r}")
        check(len(results) == len(threads) and not problems, "; ".join(problems))
        check(server.get("/healthz").status == 200, "the server suffers")
