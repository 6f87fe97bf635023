"""Many connections in one thread: what a thousand readers are told."""

import json
import selectors
import socket
import time

from apus import check
from websocket import decode, handshake

REQUESTS = {
    "websocket": lambda token: handshake(token),
    "sse": lambda token: f"GET /v1/stream HTTP/1.1\r\nHost: apus\r\nAuthorization: Bearer {token}\r\n"
    "Accept: text/event-stream\r\n\r\n".encode(),
    "long_poll": lambda token: f"GET /v1/stream?wait=55 HTTP/1.1\r\nHost: apus\r\nAuthorization: Bearer {token}\r\n\r\n".encode(),
}


class Line:
    """One connection of the crowd."""

    def __init__(self, server, kind, token, receive_buffer=None):
        self.kind, self.buffer, self.is_over, self.cause = kind, bytearray(), False, None
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(20)
        self.socket.connect((server.host, server.port))
        self.socket.sendall(REQUESTS[kind](token))
        self.socket.setblocking(False)

    def on_readable(self):
        try:
            more = self.socket.recv(262144)
        except BlockingIOError:
            return
        except OSError as error:
            self.is_over, self.cause = True, error
            return
        self.buffer += more
        self.is_over = not more

    @property
    def is_open(self):
        return (b'"hello"' if self.kind == "websocket" else b"event: hello") in self.buffer

    def farewell(self):
        """What the connection ended with: the `bye`, and the close code of a WebSocket."""
        text = bytes(self.buffer)
        if self.kind == "websocket":
            frames = bytearray(text.partition(b"\r\n\r\n")[2])
            said, code = None, None
            while frame := decode(frames):
                if frame[0] == 8:
                    code = int.from_bytes(frame[1][:2], "big")
                elif frame[0] == 1 and frame[1].startswith(b'{"bye"'):
                    said = json.loads(frame[1])["bye"]
            return said, code
        if self.kind == "sse":
            event = text.partition(b"event: bye\n")[2]
            check(b"retry: " in text or not event, "bye without retry")
            return json.loads(event.partition(b"data: ")[2].partition(b"\n")[0]) if event else None, None
        head, _, body = text.partition(b"\r\n\r\n")
        return (json.loads(body).get("bye") if head.startswith(b"HTTP/1.1 200 ") else text[:200]), None


class Crowd:
    def __init__(self):
        self.lines = []
        self.selector = selectors.DefaultSelector()

    def add(self, line):
        self.lines.append(line)
        self.selector.register(line.socket, selectors.EVENT_READ, line)

    def pump(self, until, what, seconds):
        """Reads on all lines until the condition holds."""
        end = time.monotonic() + seconds
        while not until():
            check(time.monotonic() < end, lambda: f"waited {seconds} s in vain for {what()}")
            for key, _ in self.selector.select(0.05):
                key.data.on_readable()
                if key.data.is_over:
                    self.selector.unregister(key.fileobj)
                    key.data.socket.close()

    def close(self):
        for line in self.lines:
            line.socket.close()
        self.selector.close()
