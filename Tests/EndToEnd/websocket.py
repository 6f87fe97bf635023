"""A small WebSocket client (RFC 6455) on a plain socket."""

import base64
import json
import os
import struct
import time


class Closed(Exception):
    """The connection is over; `code` is the close frame's, or None where TCP just ended."""

    def __init__(self, code=None, reason=""):
        super().__init__(f"closed with {code} {reason}")
        self.code, self.reason = code, reason


def handshake(token, path="/v1/stream", protocol="apus.v1", headers=""):
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: apus\r\nAuthorization: Bearer {token}\r\nConnection: Upgrade\r\n"
        f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
        f"Sec-WebSocket-Protocol: {protocol}\r\n{headers}\r\n").encode()


def encode(opcode, payload):
    mask = os.urandom(4)
    if len(payload) < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | len(payload))
    elif len(payload) < 65536:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, len(payload))
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, len(payload))
    key = mask * (len(payload) // 4 + 1)
    masked = (int.from_bytes(payload, "big") ^ int.from_bytes(key[:len(payload)], "big")).to_bytes(len(payload), "big")
    return head + mask + masked


def decode(buffer):
    """The first whole frame of a bytearray, taken out of it: (opcode, payload). None until there is one."""
    if len(buffer) < 2:
        return None
    assert buffer[0] & 0x80 and not buffer[1] & 0x80, "the server's frames are whole and unmasked"
    size, start = buffer[1], 2
    if size >= 126:
        start = 4 if size == 126 else 10
        if len(buffer) < start:
            return None
        size = int.from_bytes(buffer[2:start], "big")
    if len(buffer) < start + size:
        return None
    opcode, payload = buffer[0] & 15, bytes(buffer[start:start + size])
    del buffer[:start + size]
    return opcode, payload


class WebSocket:
    def __init__(self, server, token, path="/v1/stream", seconds=40, headers=""):
        self.socket = server.connect(seconds)
        self.socket.sendall(handshake(token, path, headers=headers))
        self.begin(b"")

    @classmethod
    def of(cls, socket, received):
        """A connection on which the handshake has been sent, and what has been received since."""
        made = cls.__new__(cls)
        made.socket = socket
        made.begin(received)
        return made

    def begin(self, received):
        self.buffer = bytearray(received)
        while (end := self.buffer.find(b"\r\n\r\n")) < 0:
            self.fill()
        head = bytes(self.buffer[:end])
        del self.buffer[:end + 4]
        assert head.startswith(b"HTTP/1.1 101 "), head

    def fill(self):
        more = self.socket.recv(65536)
        if not more:
            raise Closed()
        self.buffer += more

    def send(self, **frame):
        self.socket.sendall(encode(1, json.dumps(frame).encode()))

    def receive(self):
        """The next frame: its name and its content. Pings are answered on the way."""
        while True:
            frame = decode(self.buffer)
            if frame is None:
                self.fill()
                continue
            opcode, payload = frame
            if opcode == 1:
                (item,) = json.loads(payload).items()
                return item
            if opcode == 8:
                raise Closed(int.from_bytes(payload[:2], "big") if payload else 1005, payload[2:].decode())
            if opcode == 9:
                self.socket.sendall(encode(10, payload))

    def frames(self, name, seconds=20):
        """The next frame of this name, others dropped; heartbeats do not make the wait longer."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found, content = self.receive()
            if found == name:
                return content
        raise AssertionError(f"no frame {name} came for {seconds} s")

    def closing(self, seconds=10):
        """Everything up to the close frame: the frames and the code."""
        frames = []
        self.socket.settimeout(seconds)
        try:
            while len(frames) < 100:
                frames.append(self.receive())
        except Closed as closed:
            return frames, closed.code
        except TimeoutError:
            pass
        raise AssertionError(f"the server does not close; it sent {frames}")

    def close(self):
        self.socket.close()
