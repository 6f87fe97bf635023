"""Readers that stop reading: they cost little, and go on where they stopped when they read again."""

import json
import re

from apus import Server, check, make_room, wait_for
from bystanders import resident
from crowd import Crowd, Line
from metrics import scrape
from readers import Track
from websocket import decode

STUCK = 15  # of each kind
POSTS, SIZE = 1500, 4000
# What one may keep: 256 KiB waiting for its socket, and what belongs to every reader.
EACH = 384 << 10
# The ring and SQLite's cache fill with what is posted; were it kept for every reader, it would be 170 MiB.
SPARE = 64 << 20


def batches(line):
    """Takes the whole batches that have come so far out of a line's buffer."""
    if line.kind == "sse":
        text = bytes(line.buffer)
        *whole, rest = text.split(b"\n\n")
        line.buffer[:] = rest
        for event in whole:
            if data := re.search(rb"event: batch\nid: \S+\ndata: (.*)$", event):
                yield json.loads(data[1])
        return
    if (end := line.buffer.find(b"\r\n\r\n")) >= 0 and line.buffer.startswith(b"HTTP/1.1 101"):
        del line.buffer[:end + 4]
    while frame := decode(line.buffer):
        content = json.loads(frame[1]) if frame[0] == 1 else {}
        if "batch" in content:
            yield content["batch"]


def test_they_cost_little_and_go_on_where_they_stopped(folder):
    with Server(folder, "--streams-per-user", "0", "--commands-per-second", "0") as server:
        alice = server.client("alice")
        make_room(server, "general", alice)
        start = alice.sync()["cursor"]
        crowd = Crowd()
        for kind in ("websocket", "sse"):
            for _ in range(STUCK):
                crowd.add(Line(server, kind, alice.token, receive_buffer=65536))
        crowd.pump(lambda: all(line.is_open for line in crowd.lines), lambda: "hellos", 20)
        before = resident(server)
        for first in range(0, POSTS, 50):
            commands = [
                {"id": str(number), "op": "message.post", "room": "general", "text": f"{number:06}" + "x" * SIZE}
                for number in range(first, first + 50)]
            answer = alice.post("/v1/commands", commands)
            check(answer.status == 200 and all("ok" in reply for reply in answer.json), answer)
        wait_for(lambda: scrape(server).value("apus_slow_readers_total") >= 2 * STUCK, "all to have fallen behind")
        grown = resident(server) - before
        check(grown < 2 * STUCK * EACH + SPARE, f"{2 * STUCK} readers that do not read cost {grown >> 20} MiB")

        tracks = {line: Track(start) for line in crowd.lines}

        def all_is_read():
            for line, track in tracks.items():
                for batch in batches(line):
                    track.apply(batch)
            return all(len(messages(track)) >= POSTS for track in tracks.values())

        crowd.pump(all_is_read, lambda: sorted({len(messages(track)) for track in tracks.values()}), 120)
        for line, track in tracks.items():
            numbers = [int(event["data"]["text"][:6]) for event in messages(track)]
            check(numbers == list(range(POSTS)), f"{line.kind}: {len(numbers)} messages, not in order once each")
        # Caught up, they are live again.
        alice.say("general", "all together")
        crowd.pump(
            lambda: all_is_read() and all(len(messages(track)) == POSTS + 1 for track in tracks.values()),
            lambda: "the last message", 60)
        crowd.close()


def messages(track):
    return [event for event in track.events if event["type"] == "message.created"]
