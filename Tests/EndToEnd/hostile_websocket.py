"""Frames that break RFC 6455 or the protocol above it: each ends its own connection with the right code."""

import json
import os
import struct

from apus import Server, check, wait_for
from bystanders import Bystanders, resident
from conversation import expect, push_until_stalled
from metrics import scrape
from websocket import WebSocket, encode

LIMIT = 128 * 1024


def frame(opcode, payload=b"", final=True, reserved=0, masked=True, length=None):
    """A frame as it should not be; `length` is the bytes of the length, spelled out."""
    if length is None:
        size = len(payload)
        length = struct.pack("!B", size) if size < 126 else struct.pack("!BH", 126, size) if size < 65536 else struct.pack("!BQ", 127, size)
    first = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    if not masked:
        return first + length + payload
    mask = os.urandom(4)
    key = mask * (len(payload) // 4 + 1)
    body = bytes(a ^ b for a, b in zip(payload, key))
    return first + bytes([length[0] | 0x80]) + length[1:] + mask + body


def text(content, **more):
    return frame(1, content if isinstance(content, bytes) else json.dumps(content).encode(), **more)


def pieces(payload, size, opcode=1):
    """A message in frames of this size."""
    parts = [payload[start:start + size] for start in range(0, len(payload), size)] or [b""]
    return b"".join(frame(0 if index else opcode, part, final=index == len(parts) - 1) for index, part in enumerate(parts))


PROBE = json.dumps({"probe": "é" * 500}, ensure_ascii=False).encode()

VIOLATIONS = [
    ("an unmasked text", text({"probe": "x"}, masked=False), 1002), ("an unmasked ping", frame(9, masked=False), 1002),
    *((f"the reserved bits {bits}", text({"probe": "x"}, reserved=bits), 1002) for bits in (1, 2, 4, 7)),
    *((f"the opcode {opcode}", frame(opcode), 1002) for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)),
    ("a ping in fragments", frame(9, final=False), 1002), ("a close in fragments", frame(8, b"\x03\xe8", final=False), 1002),
    ("a ping of 126 bytes", frame(9, b"x" * 126), 1002), ("a close of 126 bytes", frame(8, b"\x03\xe8" + b"x" * 124), 1002),
    ("a ping of 2^63 bytes", frame(9, length=b"\x7f\x80" + bytes(7)), 1002),
    ("5 bytes in a length of 16 bits", frame(1, b"12345", length=b"\x7e\x00\x05"), 1002),
    ("125 bytes in a length of 64 bits", frame(1, b"x" * 125, length=b"\x7f" + struct.pack("!Q", 125)), 1002),
    ("65,535 bytes in a length of 64 bits", frame(1, b"x" * 65535, length=b"\x7f" + struct.pack("!Q", 65535)), 1002),
    ("a continuation of nothing", frame(0, b"x"), 1002), ("a continuation after a whole message", text({"probe": "x"}) + frame(0, b"x"), 1002),
    ("a message in a message", frame(1, b"{", final=False) + frame(1, b"}"), 1002),
    ("a binary in a text", frame(1, b"{", final=False) + frame(2, b"}"), 1002),
    ("a close of one byte", frame(8, b"\x03"), 1002),
    *((f"the close code {code}", frame(8, struct.pack("!H", code)), 1002) for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535)),
    ("a close reason that is not UTF-8", frame(8, b"\x03\xe8\xff"), 1007),
    ("a message over the limit", frame(1, b"x" * (LIMIT + 1)), 1009),
    ("a message over the limit, only announced", frame(1, length=b"\x7f" + struct.pack("!Q", LIMIT + 1)), 1009),
    ("2^63 bytes", frame(1, length=b"\x7f\x80" + bytes(7)), 1009), ("2^64 - 1 bytes", frame(2, length=b"\x7f" + b"\xff" * 8), 1009),
    ("fragments over the limit", pieces(b"x" * (LIMIT + 1), 1000), 1009),
    ("endless fragments", frame(1, b"x", final=False) + frame(0, b"x" * 60000, final=False) * 50, 1009),
    ("text that is not UTF-8", text(b'{"probe":"\xff"}'), 1007), ("an overlong spelling", text(b'{"probe":"\xc0\xaf"}'), 1007),
    ("a surrogate in UTF-8", text(b'{"probe":"\xed\xa0\x80"}'), 1007), ("past U+10FFFF", text(b'{"probe":"\xf4\x90\x80\x80"}'), 1007),
    ("half a character", text(b'{"probe":"\xc3'), 1007), ("text that is not UTF-8, in fragments", pieces(b'{"probe":"\xc3\x28"}', 11), 1007),
    ("nothing but bytes", text(os.urandom(1000) + b"\xff"), 1007),
    ("a binary frame", frame(2, b"x"), 4400), ("an empty text", text(b""), 4400),
    ("not JSON", text(b"nonsense"), 4400), ("JSON and more", text(b'{"probe":"x"} x'), 4400), ("no object", text([1]), 4400), ("an empty object", text({}), 4400),
    ("two keys", text({"probe": "x", "ack": 0}), 4400), ("a key twice", text(b'{"probe":"x","probe":"x"}'), 4400), ("an unknown frame", text({"frob": 1}), 4400),
    ("100,000 brackets", text(b"[" * 100_000), 4400), ("100,000 braces", text(b'{"a":' * 20_000), 4400), ("half a surrogate pair", text(b'{"probe":"\\ud800"}'), 4400),
    ("a number past everything", text(b'{"ack":1e999}'), 4400), ("a number of 100,000 digits", text(b'{"ack":' + b"9" * 100_000 + b"}"), 4400),
    *((f"ack {value!r}", text({"ack": value}), 4400) for value in (-1, 1.5, "1", None, True, [], {}, 2 ** 53, 2 ** 62)),
    *((f"probe {value!r}"[:40], text({"probe": value}), 4400) for value in (1, None, True, [], {}, "x" * 1025)),
    *((f"resume {value!r}", text({"resume": value}), 4400) for value in (1, None, "", "x", "e-1", "e--1", "e-99999999999999999999", [])),
]

# What is unusual and right: the connection goes on.
PECULIAR = [
    ("a probe in fragments of a byte", pieces(PROBE, 1)), ("a probe in fragments that cut characters", pieces(PROBE, 3)),
    ("empty fragments", frame(1, b"", final=False) + frame(0, b"", final=False) * 1000 + frame(0, PROBE)),
    ("an unasked pong", frame(10, b"x" * 125) + text(PROBE)), ("1,000 pings", frame(9, b"x" * 125) * 1000 + text(PROBE)),
    ("a mask of zeros", b"\x81\xfe" + struct.pack("!H", len(PROBE)) + bytes(4) + PROBE),
    ("a key escaped", text(PROBE.replace(b"probe", b"\\u0070robe"))), ("white space", text(b" \r\n\t" + PROBE + b" " * 100_000)),
]


def test_violations(folder):
    with Server(folder, "--streams-per-user", "0") as server:
        token = server.client("mallory").token
        with Bystanders(server):
            faults = []
            for name, data, code in VIOLATIONS:
                for drip in (False, True) if len(data) < 200 else (False,):
                    client = WebSocket(server, token, seconds=10)
                    client.frames("hello")
                    try:
                        for piece in (data[index:index + 1] for index in range(len(data))) if drip else (data,):
                            client.socket.sendall(piece)
                    except OSError:
                        pass  # closed before the end of it
                    _, found = client.closing()
                    if found != code:
                        faults.append(f"{name}{', in drips' if drip else ''}: closed with {found}, expected {code}")
                    client.close()
            check(not faults, "\n".join(faults))


def test_peculiar_but_right(folder):
    with Server(folder, "--streams-per-user", "0") as server:
        token = server.client("alice").token
        with Bystanders(server):
            for name, data in PECULIAR:
                client = WebSocket(server, token)
                client.frames("hello")
                client.socket.sendall(data)
                check(client.frames("probe") == "é" * 500, f"{name}: another nonce")
                client.close()
            client = WebSocket(server, token)
            client.frames("hello")
            client.socket.sendall(frame(1, PROBE[:50], final=False) + frame(9, b"in between") + frame(0, PROBE[50:]))
            check(client.frames("probe") == "é" * 500, "a ping between fragments")
            for reason in (b"", b"\x03\xe8", b"\x0f\xa0bye"):
                client = WebSocket(server, token)
                client.frames("hello")
                client.socket.sendall(frame(8, reason) + text(PROBE))
                frames, code = client.closing()
                check(code == 1000 and not any(found == "probe" for found, _ in frames), f"a close {reason}: {code}, {frames}")


def test_handshakes(folder):
    good = {"Host": "apus", "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    with Server(folder) as server:
        token = server.client("mallory").token

        def request(line="GET /v1/stream HTTP/1.1", **changes):
            fields = good | {"Authorization": f"Bearer {token}"} | {name.replace("_", "-"): value for name, value in changes.items()}
            return (line + "\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None) + "\r\n").encode()

        bad = [(400, "bad_request")]
        cases = [
            ("no Connection", request(Connection=None)), ("another Connection", request(Connection="close")),
            ("no key", request(Sec_WebSocket_Key=None)), ("a short key", request(Sec_WebSocket_Key="c2hvcnQ=")), ("a key of nonsense", request(Sec_WebSocket_Key="!")),
            ("two keys", request()[:-2] + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"), ("another subprotocol", request(Sec_WebSocket_Protocol="chat")),
            ("HTTP/1.0", request("GET /v1/stream HTTP/1.0")), ("no host", request(Host=None)),
        ]
        with Bystanders(server):
            faults = [fault for fault in (expect(server, name, data, bad, True) for name, data in cases) if fault]
            # The last two are no handshakes, and answered as what they are besides.
            faults += filter(None, [
                expect(server, "no version", request(Sec_WebSocket_Version=None), [(426, "upgrade_required")], True),
                expect(server, "version 8", request(Sec_WebSocket_Version="8"), [(426, "upgrade_required")], True),
                expect(server, "another protocol", request(Upgrade="h2c"), [(200, None)], True),
                expect(server, "an upgrade by POST", request("POST /v1/stream HTTP/1.1", Content_Length="0"), [(415, "unsupported_media_type")], True),
            ])
            check(not faults, "\n".join(faults))
            for query, code in [("?limit=x", 4400), ("?cursor=nonsense", 4400), ("?rooms=%zz", None), ("?cursor=e-5", 4409)]:
                client = WebSocket(server, token, "/v1/stream" + query, seconds=10)
                if code is None:
                    client.frames("hello")
                else:
                    check(client.closing()[1] == code, f"{query}: not {code}")
                client.close()


def test_more_than_can_be_answered(folder):
    """Commands, and what makes the server talk, from a client that takes nothing: it is not read from any more."""
    with Server(folder, "--commands-per-second", "0", "--streams-per-user", "0") as server:
        alice = server.client("alice")
        big = encode(1, json.dumps({"command": {"id": "b", "op": "message.post", "room": "calm", "text": "x" * (LIMIT - 200)}}).encode())
        with Bystanders(server) as calm:
            alice.do("room.join", room="calm")
            floods = {
                "large commands": big, "faulty commands": text({"command": []}) * 1000, "pings": frame(9, b"x" * 125) * 500,
                "probes": text({"probe": "x" * 1000}) * 50,
            }
            clients = [(WebSocket(server, alice.token), data) for data in floods.values()]
            push_until_stalled({client.socket: data for client, data in clients})
            more = resident(server) - calm.memory
            check(more < 64 << 20, f"{more >> 20} MiB for {len(clients)} clients")
            for client, _ in clients:
                client.close()


def test_clients_that_never_finish(folder):
    """Half a message, half a handshake, and then the end."""
    with Server(folder, "--streams-per-user", "0") as server:
        token = server.client("mallory").token
        with Bystanders(server):
            halves = [b"\x81", b"\x81\xfe\x10", frame(1, b"x" * 60000, final=False), frame(1, b"x" * 100000)[:-1], frame(9, b"x")[:-1]]
            clients = []
            for _ in range(40):
                for data in halves:
                    client = WebSocket(server, token)
                    client.socket.sendall(data)
                    clients.append(client)
            wait_for(lambda: scrape(server).value("apus_readers", transport="websocket") == len(clients) + 1, "all to be in")
            for client in clients:
                client.close()
            wait_for(lambda: scrape(server).value("apus_readers", transport="websocket") == 1, "all to be gone")
