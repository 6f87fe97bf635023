"""What a proof stands on: a server, a network before it, and two people; and plain clients, which do not hide trouble."""

import contextlib
import http.client
import json
import os
import threading
import time

from apus import Server, check, make_room, wait_for
from networks import NETWORKS
from readers import LOST, lines
from relay import Relay
from websocket import WebSocket, handshake


class Ground:
    """`alice` goes through the network; `bob` speaks with the server directly. `tap` sees what leaves the network."""

    def __init__(self, name, folder):
        self.name = name
        with contextlib.ExitStack() as stack:
            self.server = stack.enter_context(
                Server(folder, "--commands-per-second", "0", "--streams-per-user", "0"))
            self.tap = stack.enter_context(Relay(self.server))
            self.alice, self.bob = self.server.client("alice"), self.server.client("bob")
            make_room(self.server, "general", self.alice, self.bob)
            inside = os.path.join(folder, "network")
            os.mkdir(inside)
            # What restarts the server must have it in its hands.
            target = self.server if name == "restarts" else self.tap
            self.network = stack.enter_context(NETWORKS[name].make(target, inside))
            self.alice.server = self.network
            self.stack = stack.pop_all()

    def __enter__(self):
        return self

    def __exit__(self, *trouble):
        return self.stack.__exit__(*trouble)

    def websocket(self, path="/v1/stream", seconds=20):
        return WebSocket(self.network, self.alice.token, path, seconds)

    def raw(self, request, seconds=20):
        """One request, byte for byte; everything that comes back until the end of the connection or of its answer."""
        with self.network.connect(seconds) as sock:
            sock.sendall(request)
            response = http.client.HTTPResponse(sock)
            response.begin()
            return response.version, response.status, response.headers, response.read()

    def handshake_status(self):
        return self.raw(handshake(self.alice.token))[1]

    def check_works(self):
        """Both ways over a WebSocket."""
        client = self.websocket()
        client.frames("hello")
        text = f"for the WebSocket at {time.time()}"
        self.bob.say("general", text)
        check_gets(client, text)
        client.send(probe="still here?")
        check(client.frames("probe") == "still here?", "the probe's echo")
        client.close()


def check_gets(client, text, seconds=20):
    """The WebSocket gets this message."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        name, content = client.receive()
        if name == "batch" and any(event["data"].get("text") == text for event in content.get("events", ())):
            return
    raise AssertionError(f"the message {text!r} did not come for {seconds} s")


class EventStream(threading.Thread):
    """Reads SSE as it comes: `arrivals` are (when, the event's name, its content)."""

    def __init__(self, ground):
        super().__init__(daemon=True)
        self.arrivals, self.opened, self.ended = [], time.monotonic(), None
        self.network, self.token = ground.network, ground.alice.token
        self.connection = http.client.HTTPConnection(self.network.host, self.network.port, timeout=60)
        self.start()

    def run(self):
        try:
            self.connection.request(
                "GET", "/v1/stream", headers={"Authorization": f"Bearer {self.token}", "Accept": "text/event-stream"})
            fields = {}
            for line in lines(self.connection.getresponse()):
                name, colon, value = line.partition(": ")
                if colon:
                    fields[name] = value
                elif not line and "event" in fields:
                    self.arrivals.append((time.monotonic(), fields["event"], json.loads(fields["data"])))
                    fields = {}
        except (*LOST, ValueError, AttributeError):
            pass  # what arrived, and when it ended, is what the proof asks for
        self.ended = time.monotonic()

    def wait(self, count, seconds=20):
        wait_for(
            lambda: len(self.arrivals) >= count,
            lambda: f"{count} events of SSE; there are {[name for _, name, _ in self.arrivals]}", seconds)
        return [moment for moment, _, _ in self.arrivals[:count]]

    def check_spaced(self):
        """hello, and ticks 500 ms and 1 s after it."""
        (hello,) = self.wait(1)
        check(hello - self.opened < 0.45, f"hello came after {hello - self.opened:.2f} s")
        wait_for(lambda: self.arrivals[-1][0] > hello + 0.8, "the second tick", 3)
        after = [round(moment - hello, 2) for moment, _, _ in self.arrivals]
        check(any(0.3 < seconds < 0.8 for seconds in after), f"seconds after hello at which something came: {after}")

    def close(self):
        if self.connection.sock:
            self.connection.sock.shutdown(2)
        self.join(10)
