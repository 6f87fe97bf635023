"""What went through a network: every exchange with its transport and its bytes, from which one reads who carried the data."""

import dataclasses
import json
from urllib.parse import parse_qs, urlsplit

from framing import Head


@dataclasses.dataclass
class Passage:
    """A request with its answer, or a WebSocket from its handshake to its end. Times are seconds since 1970."""

    connection: int
    transport: str
    opened: float
    closed: float | None = None
    status: int | None = None
    ended_by: str = ""  # done, client, server or network; empty while it lasts, or where a log does not tell
    up: int = 0  # bytes that reached the server
    down: int = 0  # bytes that reached the client
    lost: int = 0  # bytes that the network swallowed
    head: Head | None = None  # the request's, as it came to the network


def transport_of(method, target, upgrade="", accept="", body=None):
    """Which transport a request belongs to. A POST poll tells by its body; without one it is `poll`."""
    url = urlsplit(target)
    if url.path == "/v1/commands":
        return "commands"
    if url.path != "/v1/stream":
        return "other"
    if upgrade.lower() == "websocket":
        return "websocket"
    if "text/event-stream" in accept:
        return "sse"
    wait = parse_qs(url.query).get("wait", ["0"])[0]
    if method == "POST":
        if not body:
            return "poll"
        try:
            wait = json.loads(body).get("wait", 0)
        except (ValueError, AttributeError):
            return "other"
    return "short_poll" if str(wait) in ("", "0") else "long_poll"


def settle(passage):
    """A handshake that was not answered with 101 carried no WebSocket."""
    if passage.transport == "websocket" and passage.status != 101:
        passage.transport = "handshake"


def carried(passages):
    """By transport: how many passages, and the bytes that arrived."""
    sums = {}
    for passage in passages:
        entry = sums.setdefault(passage.transport, {"passages": 0, "up": 0, "down": 0, "lost": 0})
        entry["passages"] += 1
        for way in ("up", "down", "lost"):
            entry[way] += getattr(passage, way)
    return sums
