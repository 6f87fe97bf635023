"""Raw bytes to a server, and its HTTP answers read strictly."""

import json
import re
import socket
import time

from apus import check, wait_for


class Conversation:
    """One connection on which anything may be said."""

    def __init__(self, server, seconds=10):
        self.socket = server.connect(seconds)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """The server may answer and close in the middle of it."""
        try:
            self.socket.sendall(data)
        except OSError:
            pass
        return self

    def trickle(self, data):
        for index in range(len(data)):
            self.send(data[index:index + 1])
        return self

    def end(self):
        """Closes the client's side only."""
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def more(self):
        try:
            more = self.socket.recv(65536)
        except ConnectionResetError:
            more = b""
        self.buffer += more
        return more

    def answer(self):
        """The next answer: (status, problem's code or None, body); None when the connection has ended instead."""
        while b"\r\n\r\n" not in self.buffer:
            if not self.more():
                check(not self.buffer, f"half an answer: {self.buffer[:300]!r}")
                return None
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        status = re.match(rb"HTTP/1\.1 ([1-5]\d\d) [A-Z]", head)
        check(status, f"not an answer: {head[:300]!r}")
        status = int(status[1])
        if status < 200:
            return status, None, b""
        length = re.findall(rb"(?mi)^content-length: (\d+)\r?$", head)
        check(len(length) == 1, f"the end of the answer cannot be told: {head!r}")
        size = int(length[0])
        while len(self.buffer) < size:
            check(self.more(), "half a body")
        body, self.buffer = self.buffer[:size], self.buffer[size:]
        code = None
        if b"application/problem+json" in head and body:
            problem = json.loads(body)
            check(problem["status"] == status and problem["detail"], f"{problem}")
            code = problem["code"]
        return status, code, body

    def is_ended(self):
        """Waits for the server to close, without another byte."""
        return not self.buffer and not self.more() and not self.buffer

    def is_usable(self):
        """Whether the next request is understood as what it is."""
        return self.send(b"GET /healthz HTTP/1.1\r\nHost: apus\r\n\r\n").answer() == (200, None, b'{"status":"ok"}')


def expect(server, name, data, answers, closes, seconds=10):
    """Sends bytes and compares: answers as (status, code), then the end or a connection in order. What differs, or None."""
    try:
        with Conversation(server, seconds) as talk:
            talk.send(data)
            found = []
            for _ in answers:
                answer = talk.answer()
                found.append(answer and answer[:2])
            if found != list(answers):
                return f"{name}: answered {found}, expected {answers}"
            if closes and not talk.is_ended():
                return f"{name}: stays open, or says more: {talk.buffer[:200]!r}"
            if not closes and not talk.is_usable():
                return f"{name}: the connection is of no use afterwards"
    except (AssertionError, OSError, ValueError) as failure:
        return f"{name}: {failure!r}"
    return None


def push_until_stalled(sockets, seconds=60):
    """Sends the same bytes on each socket again and again, reading nothing, until for two seconds none takes any. One
    that the server cuts off takes none either."""
    sent, rest, moved = dict.fromkeys(sockets, 0), dict(sockets), time.monotonic()
    for connection in sockets:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setblocking(False)

    def is_stalled():
        nonlocal moved
        for connection, data in sockets.items():
            try:
                count = connection.send(rest[connection])
            except OSError:
                continue
            sent[connection] += count
            # Cut where the last send was, so that the server sees whole requests.
            rest[connection] = rest[connection][count:] or data
            moved = time.monotonic()
        return time.monotonic() - moved > 2

    wait_for(is_stalled, lambda: f"the server to stop reading; it took {[count >> 20 for count in sent.values()]} MiB", seconds)
