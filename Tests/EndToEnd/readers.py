"""Readers of the log over the four transports, that go on from their cursor whatever happens to the connection."""

import http.client
import json
import threading

from apus import check, wait_for
from websocket import Closed, WebSocket

TRANSPORTS = ("websocket", "sse", "long_poll", "short_poll")
LOST = (OSError, http.client.HTTPException, Closed)


class Track:
    """What a reader has seen. Every batch must go on exactly where the last one ended."""

    def __init__(self, cursor):
        self.cursor = cursor
        self.events = []

    @property
    def seq(self):
        return int(self.cursor.rsplit("-", 1)[1])

    def move(self, epoch, seq):
        self.cursor = f"{epoch}-{seq}"

    def begin(self, hello):
        check(hello["seq"] == self.seq, f"hello starts at {hello['seq']}, but the reader is at {self.cursor}")
        self.move(hello["epoch"], hello["seq"])

    def apply(self, batch, cursor=None):
        start, end = batch["from"], batch["to"]
        check(start == self.seq, f"a batch from {start} came at {self.cursor}")
        check(end >= start, f"a batch from {start} to {end}")
        last = start
        for event in batch.get("events", ()):
            check(last < event["seq"] <= end, f"event {event['seq']} after {last} in a batch from {start} to {end}")
            last = event["seq"]
            self.events.append(event)
        if cursor is None:
            self.move(self.cursor.rsplit("-", 1)[0], end)
        else:
            self.cursor = cursor
            check(self.seq == end, f"the cursor {cursor} of a batch to {end}")


def lines(response):
    """The lines of a stream as they come, without waiting for more than is there."""
    rest = b""
    while more := response.read1(65536):
        *whole, rest = (rest + more).split(b"\n")
        yield from (line.decode() for line in whole)


class Reader(threading.Thread):
    """Reads in a thread of its own until it is stopped; `failure` is what it saw that must not be.

    The transport `changing` takes the next one whenever a connection is lost, and reads on from the same cursor."""

    def __init__(self, client, transport, cursor=None, query="", after=None):
        """`after` is an older reader that has stopped: this one goes on where it ended, with what it saw."""
        super().__init__(daemon=True, name=f"{client.name} by {transport}")
        self.client, self.transport, self.query = client, transport, query
        self.track = after.track if after else self.begin_track(cursor or client.sync()["cursor"])
        self.start_seq = after.start_seq if after else self.track.seq
        self.connections = 0
        self.failure = None
        self.stopping = threading.Event()
        self.connection = self.by = None
        self.start()

    def begin_track(self, cursor):
        return Track(cursor)

    def run(self):
        order = TRANSPORTS if self.transport == "changing" else (self.transport,)
        attempt = 0
        while not self.stopping.is_set():
            try:
                self.by = order[attempt % len(order)]
                attempt += 1
                {"websocket": self.read_websocket, "sse": self.read_sse}.get(self.by, self.read_polls)()
            except LOST:
                self.stopping.wait(0.02)
            except Exception as failure:
                if not self.stopping.is_set():
                    self.failure = f"{self.name}: {failure!r}"
                return
            finally:
                if self.connection:
                    self.connection.close()

    def path(self, extra=""):
        return f"/v1/stream?cursor={self.track.cursor}{extra}{self.query}"

    def read_websocket(self):
        self.connection = WebSocket(self.client.server, self.client.token, self.path())
        while True:
            name, content = self.connection.receive()
            if name == "hello":
                self.connections += 1
                self.track.begin(content)
            elif name == "batch":
                self.track.apply(content)
                self.connection.send(ack=self.track.seq)
            else:
                check(name == "bye", f"a frame {name}: {content}")

    def open_http(self, path, seconds, **headers):
        self.connection.timeout = seconds
        self.connection.request("GET", path, headers=self.client.authorization | headers)
        response = self.connection.getresponse()
        if response.status == 503:
            response.read()
            raise http.client.HTTPException("draining")
        if response.status != 200:
            raise AssertionError(f"{response.status} {response.read()[:500]}")
        return response

    def read_sse(self):
        server = self.client.server
        self.connection = http.client.HTTPConnection(server.host, server.port)
        response = self.open_http("/v1/stream" + self.query.replace("&", "?", 1), 40, **{
            "Accept": "text/event-stream", "Last-Event-ID": self.track.cursor})
        fields = {}
        for line in lines(response):
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "event" in fields:
                self.on_event(fields)
                fields = {}
        raise Closed()

    def on_event(self, fields):
        name, content = fields["event"], json.loads(fields["data"])
        if name == "hello":
            self.connections += 1
            self.track.begin(content)
            check(fields["id"] == self.track.cursor, f"hello with the id {fields['id']} at {self.track.cursor}")
        elif name == "batch":
            self.track.apply(content, fields["id"])
        else:
            check(name == "bye", f"an event {name}: {content}")

    def read_polls(self):
        server = self.client.server
        self.connection = http.client.HTTPConnection(server.host, server.port)
        wait = 10 if self.by == "long_poll" else 0
        while not self.stopping.is_set():
            response = self.open_http(self.path(f"&wait={wait}"), wait + 20)
            body = response.read()
            batch = json.loads(body)
            self.connections += 1
            self.track.apply(batch, batch["cursor"])
            if wait == 0 and not batch["more"]:
                self.stopping.wait(0.02)

    def stop(self):
        self.stopping.set()
        if self.connection and (sock := getattr(self.connection, "socket", None) or getattr(self.connection, "sock", None)):
            try:
                sock.shutdown(2)
            except OSError:
                pass
        self.join(30)
        check(not self.is_alive(), f"{self.name} does not stop")

    def ends_at(self, seq, seconds=30):
        """Waits until the reader has come this far, stops it, and says what went wrong if anything did."""
        wait_for(
            lambda: self.failure or self.track.seq >= seq, lambda: f"{self.name} at {self.track.cursor} to reach {seq}",
            seconds)
        self.stop()
        check(self.failure is None, self.failure)
