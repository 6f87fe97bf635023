"""2,000 clients that send a byte a second for ever. All of them are cut off in time, and nobody else waits for them."""

import selectors
import time

from apus import Server, check, wait_for
from bystanders import Bystanders, descriptors

BESIDE_OTHERS = True
CLIENTS = 2000
PATIENCE = 25  # the time-out is 15 s, and the machine is busy

BEGINNINGS = {
    "lines": (b"GET /v1/stream?a=", None), "headers": (b"GET /v1/stream HTTP/1.1\r\nHost: apus\r\nX-A: ", None),
    "empty lines": (b"\r\n", None),
    "bodies": (b"POST /v1/commands HTTP/1.1\r\nHost: apus\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n", 408),
    "chunks": (b"POST /v1/stream HTTP/1.1\r\nHost: apus\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n", 408),
    "bodies for a route": (b"POST /v1/sync HTTP/1.1\r\nHost: apus\r\nContent-Length: 1000\r\n\r\n", 405),
}
# No request has more time for having come after another one.
ASKED = b"GET /healthz HTTP/1.1\r\nHost: apus\r\n\r\n"
FORM = b"POST /v1/sessions HTTP/1.1\r\nHost: apus\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
BEGINNINGS |= {
    "bodies that a route waits for": (FORM, 408), "second bodies that a route waits for": (ASKED + FORM, 200, 408),
    "second bodies": (ASKED + BEGINNINGS["bodies"][0], 200, 408), "second lines": (ASKED + BEGINNINGS["lines"][0], 200),
}


class Loris:
    def __init__(self, server, what, token):
        self.what, self.received, self.begun, self.lived = what, b"", time.monotonic(), None
        self.socket = server.connect()
        self.socket.setblocking(False)
        # Nobody's bodies are not waited for at all.
        self.send(BEGINNINGS[what][0].replace(b"Host: apus\r\n", f"Host: apus\r\nAuthorization: Bearer {token}\r\n".encode()))

    def send(self, data):
        try:
            self.socket.send(data)
        except OSError:
            pass  # reading tells that it is over

    def read(self):
        try:
            more = self.socket.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        self.received += more
        if not more:
            self.lived = time.monotonic() - self.begun

    def fault(self):
        if self.lived is None or not 10 < self.lived < PATIENCE:
            return f"{self.what}: lived for {self.lived} s"
        expected = [b"%d" % status for status in BEGINNINGS[self.what][1:] if status]
        if [answer[:3] for answer in self.received.split(b"HTTP/1.1 ")[1:]] != expected:
            return f"{self.what}: answered {self.received[:100]!r}"
        return None


def test_two_thousand(folder):
    with Server(folder) as server, Bystanders(server) as calm:
        kinds, token = list(BEGINNINGS), server.client("loris").token
        with selectors.DefaultSelector() as selector:
            crowd = []
            for number in range(CLIENTS):
                crowd.append(Loris(server, kinds[number % len(kinds)], token))
                selector.register(crowd[-1].socket, selectors.EVENT_READ, crowd[-1])
            wait_for(lambda: descriptors(server)[0] - calm.descriptors[0] > CLIENTS * 0.9, "all clients to be there at once", 8)
            end, next_byte = time.monotonic() + PATIENCE + 15, time.monotonic() + 1
            while selector.get_map() and time.monotonic() < end:
                for key, _ in selector.select(max(0, next_byte - time.monotonic())):
                    key.data.read()
                    if key.data.lived is not None:
                        selector.unregister(key.fileobj)
                        key.fileobj.close()
                if time.monotonic() >= next_byte:
                    next_byte += 1
                    for key in list(selector.get_map().values()):
                        key.data.send(b"\r\n" if key.data.what == "empty lines" else b"x")
        faults = [fault for fault in map(Loris.fault, crowd) if fault]
        check(not faults, f"{len(faults)} of {CLIENTS}: " + "; ".join(sorted(set(faults))[:10]))
