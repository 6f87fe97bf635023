"""Requests that are wrong, and a few that only look so: (name, bytes, answers, whether the connection then ends)."""

import os

BAD, LARGE, HEADERS = (400, "bad_request"), (413, "too_large"), (431, "headers_too_large")
NOT_FOUND, OK, FIELD = (404, "not_found"), (200, None), (400, "invalid_field")
NO_ROOM = (404, "no_such_room")
UPGRADE = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"


class Requests:
    """Makes requests of one user."""

    def __init__(self, client):
        self.authorization = f"Authorization: Bearer {client.token}\r\n".encode()

    def __call__(self, line, headers=b"", body=b"", host=b"Host: apus\r\n"):
        return line + b" HTTP/1.1\r\n" + host + self.authorization + headers + b"\r\n" + body


def framing(make):
    """Where a body ends, said in ways that two readers may understand differently; on each kind of route."""
    chunked = b"Transfer-Encoding: chunked\r\n"
    json = b"Content-Type: application/json\r\n"
    faults = [
        ("both lengths", chunked + b"Content-Length: 5\r\n", b"0\r\n\r\n", BAD),
        ("both lengths, turned", b"Content-Length: 5\r\n" + chunked, b"0\r\n\r\n", BAD),
        ("two lengths that differ", b"Content-Length: 2\r\nContent-Length: 3\r\n", b"{} ", BAD),
        ("two lengths alike", b"Content-Length: 2\r\nContent-Length: 2\r\n", b"{}", BAD),
        ("a list of lengths", b"Content-Length: 2, 2\r\n", b"{}", BAD),
        ("length -1", b"Content-Length: -1\r\n", b"", BAD),
        ("length +2", b"Content-Length: +2\r\n", b"{}", BAD),
        ("length 1e3", b"Content-Length: 1e3\r\n", b"", BAD),
        ("length 0x2", b"Content-Length: 0x2\r\n", b"{}", BAD),
        ("no length", b"Content-Length: \r\n", b"", BAD),
        ("length 2^64", b"Content-Length: 18446744073709551616\r\n", b"", BAD),
        ("length 2^64 - 1", b"Content-Length: 18446744073709551615\r\n", b"", LARGE),
        ("length 2^63", b"Content-Length: 9223372036854775808\r\n", b"", LARGE),
        ("ten gigabytes, none of them sent", b"Content-Length: 10000000000\r\n", b"", LARGE),
        ("two megabytes, asked first", b"Expect: 100-continue\r\nContent-Length: 2000000\r\n", b"", LARGE),
        ("xchunked", b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n", BAD),
        ("chunked, identity", b"Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\n", BAD),
        ("gzip, chunked", b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n", BAD),
        ("chunked twice", chunked + chunked, b"0\r\n\r\n", BAD),
        ("a tab of another kind", b"Transfer-Encoding:\x0bchunked\r\n", b"0\r\n\r\n", BAD),
        ("space before the colon", b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n", BAD),
        ("space before the colon of a length", b"Content-Length : 2\r\n", b"{}", BAD),
        ("a folded header", b"X-A: b\r\n c\r\nContent-Length: 0\r\n", b"", BAD),
        ("a folded coding", b"Transfer-Encoding:\r\n chunked\r\n", b"0\r\n\r\n", BAD),
        ("a chunk of 2^68", chunked, b"fffffffffffffffff\r\n", BAD),
        ("a chunk of nonsense", chunked, b"xyz\r\n", BAD),
        ("a chunk of -1", chunked, b"-1\r\n", BAD),
        ("a chunk of 0x2", chunked, b"0x2\r\n{}\r\n0\r\n\r\n", BAD),
        ("chunks with bare line feeds", chunked, b"2\n{}\n0\n\n", BAD),
        ("a chunk longer than it says", chunked, b"2\r\n{}X\r\n0\r\n\r\n", BAD),
        ("a length in the trailers", chunked, b"0\r\nContent-Length: 3\r\n\r\n", BAD),
        ("100,000 trailers", chunked, b"0\r\n" + b"X: y\r\n" * 100_000 + b"\r\n", HEADERS),
    ]
    for where, line in [("commands", b"POST /v1/commands"), ("polls", b"POST /v1/stream"), ("a route", b"POST /v1/sync"), ("nowhere", b"PUT /x")]:
        for name, headers, body, answer in faults:
            yield f"{name}, to {where}", make(line, json + headers, body), [answer], True
    yield "a chunk with an extension", make(b"POST /v1/stream", json + chunked, b"2;a=b\r\n{}\r\n0\r\n\r\n"), [OK], False


def heads(make):
    sync = b"GET /v1/sync"
    for name, data in [
        ("bare line feeds", make(sync).replace(b"\r", b"")), ("bare carriage returns", b"GET /v1/sync HTTP/1.1\rHost: a\r\r"),
        ("NUL in a value", make(sync, b"X: a\0b\r\n")), ("NUL in a name", make(sync, b"X\0: a\r\n")),
        ("a name past ASCII", make(sync, b"X\xc3\xa9: a\r\n")), ("NUL in a path", make(b"GET /v1/s\0")),
        ("a control in a value", make(sync, b"X: a\x01b\r\n")), ("a return in a value", make(sync, b"X: a\rb\r\n")),
        ("no name", make(sync, b": x\r\n")), ("no colon", make(sync, b"nonsense\r\n")), ("a path that is not ASCII", make(b"GET /\xff")),
        ("no host", make(sync, host=b"")), ("two hosts", make(sync, b"Host: b\r\n")), ("two hosts in one", make(sync, host=b"Host: a, b\r\n")),
        ("a host with a path", make(sync, host=b"Host: a/b\r\n")), ("a host with a user", make(sync, host=b"Host: a@b\r\n")),
        ("no path", make(b"GET ")), ("only a query", make(b"GET ?x")), ("a tab", make(b"GET\t/v1/sync")),
        ("an unknown method", make(b"FROB /v1/stream")), ("a method in small letters", make(b"get /v1/sync")),
        ("HTTP/0.9", b"GET /v1/sync\r\n\r\n"), ("HTTP/1.2", make(sync).replace(b"/1.1", b"/1.2", 1)),
        ("HTTP/2.0", make(sync).replace(b"/1.1", b"/2.0", 1)), ("HTTP/2's opening", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("chunks over HTTP/1.0", b"POST /v1/commands HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 500), ("noise", b"\x80" + os.urandom(5000)), ("zeros", b"\0" * 5000),
        ("an endless method", b"G" * 1_000_000),
    ]:
        yield name, data, [BAD], True
    for name, data in [
        ("a header of 17 KiB", make(sync, b"X: " + b"a" * 17_000 + b"\r\n")), ("an endless header", make(sync, b"X: " + b"a" * 5_000_000)),
        ("101 headers", make(sync, b"".join(b"X%d: 1\r\n" % number for number in range(101)))), ("100,000 headers", make(sync, b"X:1\r\n" * 100_000)),
        ("100,000 empty headers", make(b"GET /v1/stream", b"X:\r\n" * 100_000)),
        ("a path of 64 KiB", make(b"GET /" + b"a" * 65_536)), ("a query of 64 KiB", make(b"GET /v1/stream?x=" + b"a" * 65_536)),
        ("an endless path", b"GET /" + b"a" * 5_000_000),
    ]:
        yield name, data, [HEADERS], True
    yield "bytes past ASCII in a value", make(sync, b"X: \xff\r\n"), [OK], False
    yield "an absolute target", make(b"GET http://apus/v1/sync"), [OK], False
    yield "an absolute target of a stream", make(b"GET http://apus/v1/stream?limit=1"), [OK], False
    yield "an absolute target with no path is that of the page", make(b"GET http://apus"), [(200, None)], False
    yield "an absolute target of another scheme", make(b"GET file:///v1/stream"), [NOT_FOUND], False
    yield "OPTIONS *", make(b"OPTIONS *"), [NOT_FOUND], False
    yield "TRACE", make(b"TRACE /"), [(405, "method_not_allowed")], False
    yield "CONNECT", make(b"CONNECT apus:80"), [NOT_FOUND], True
    yield "CONNECT to a path", make(b"CONNECT /v1/stream"), [(405, "method_not_allowed")], True
    yield "an expectation of nobody", make(b"POST /v1/stream", b"Expect: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n", b"{}"), [OK], False
    yield "empty lines first", b"\r\n" * 1000 + make(sync), [OK], False
    yield "another protocol for commands", make(b"POST /v1/commands", b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n", b"{}"), [(415, "unsupported_media_type")], True
    yield "another protocol for a route", make(sync, b"Connection: Upgrade\r\nUpgrade: h2c\r\n"), [OK], True


def targets(make):
    """No path leads out of the routes, and no escape hides another path."""
    for path in [
        b"/../../etc/passwd", b"/v1/rooms/../../../etc/passwd/messages", b"/%2e%2e/%2e%2e/etc/passwd", b"/..%2f..%2fetc%2fpasswd", b"/..\\..\\etc",
        b"/v1/./sync", b"/v1/sync;x", b"/v1/sync%00", b"/v1/sync%2f", b"/v1/%73ync", b"/v1/stream/", b"/v1/stream%00", b"/v1/stream/../sync",
        b"/v1/st%72eam", b"/v1/commands/..%2fsync", b"/v1/stream#x", b"/v1/sync#x", b"/v1/rooms/" + b"a/" * 5000, b"/" + b"a" * 15_000, b"/%", b"/%zz", b"/%ff",
    ]:
        yield f"GET {path[:60]}", make(b"GET " + path), [NOT_FOUND], False
    for room in [b"%2e%2e%2f%2e%2e%2fetc", b"general%00", b"%00", b"%ff", b"%zz", b"%", b"%2", b"' OR 1=1 --".replace(b" ", b"%20"), b"%F0%9F%92%A9"]:
        yield f"the room {room}", make(b"GET /v1/rooms/" + room + b"/messages"), [NO_ROOM], False
    for query in [b"limit=%", b"limit=%zz", b"limit=%ff", b"limit=0", b"limit=", b"limit=1e2", b"before=99999999999999999999", b"before=-1", b"before=1&after=1"]:
        yield f"messages?{query}", make(b"GET /v1/rooms/calm/messages?" + query), [FIELD], False
    for query in [
        b"cursor=%", b"cursor=%zz", b"cursor=%ff", b"cursor=a-9999999999999999999", b"cursor=" + b"9" * 9000, b"wait=%", b"wait=-1", b"wait=56", b"wait=1.5",
        b"limit=501", b"limit=99999999999999999999", b"limit=%30%00", b"client=", b"client=%00", b"client=" + b"c" * 65, b"observe=yes", b"probe=2",
        b"rooms=" + b"a," * 501,
    ]:
        yield f"stream?{query[:60]}", make(b"GET /v1/stream?" + query), [FIELD], False
    for query in [b"rooms=%00", b"rooms=%ff,%zz,%", b"rooms=,,,", b"client=%ff%", b"signals=%ff", b"&" * 10_000, b"a=b&" * 3500, b"=", b"%00=%00", b"cursor"]:
        yield f"stream?{query[:60]}", make(b"GET /v1/stream?" + query), [OK], False


def pipelines(make):
    poll, sync = make(b"GET /v1/stream?wait=1"), make(b"GET /v1/sync")
    json = b"Content-Type: application/json\r\n"
    command = make(b"POST /v1/commands", json + b"Content-Length: 50\r\n", b'{"op":"typing","room":"calm","on":true,"id":"p-1"}')
    garbage = b"NONSENSE\r\n\r\n"
    yield "garbage behind a poll that waits", poll + garbage, [OK, BAD], True
    yield "garbage behind a command", command + garbage, [(403, "not_a_member"), BAD], True
    yield "garbage behind a route", sync + garbage, [OK, BAD], True
    yield "garbage behind many", sync + command + make(b"GET /v1/stream") + sync + garbage, [OK, (403, "not_a_member"), OK, OK, BAD], True
    yield "half a chunk behind a command", command + make(b"POST /v1/sync", b"Transfer-Encoding: chunked\r\n", b"zz\r\n"), [(403, "not_a_member"), BAD], True
    yield "a body too large behind a poll", poll + make(b"POST /v1/commands", b"Content-Length: 9999999\r\n"), [OK, LARGE], True
    yield "fifty mixed requests", (sync + make(b"GET /v1/stream") + make(b"GET /nothing") + command) * 12, [OK, OK, NOT_FOUND, (403, "not_a_member")] * 12, False
    hidden = make(b"POST /v1/stream", json + b"Content-Length: %d\r\n" % len(sync), sync)
    yield "a request in a body", hidden, [(400, "bad_json")], False
