#!/usr/bin/env python3
"""Makes a data folder as a version of Apus leaves it behind when it is killed, with the facts that must still hold.

    APUS=path/to/apus Tests/Fixtures/make.py Tests/Fixtures/schema-N

Done once for each schema, by the last version that has it, before the next one changes it.
"""

import json
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "EndToEnd"))
from apus import Server, make_room  # noqa: E402


def main(target):
    os.makedirs(target)
    with tempfile.TemporaryDirectory() as folder, Server(folder) as server:
        alice, bob, carol = (server.client(name) for name in ("alice", "bob", "carol"))
        make_room(server, "general", alice, bob)
        alice.do("room.create", kind="public", room="later", name="Später", history="joined")
        alice.say("later", "from before bob came")
        bob.do("room.join", room="later")
        said = [client.say("general", text) for client, text in
                [(alice, "hello"), (bob, "grüezi"), (alice, "你好"), (bob, "\U0001F426 last")]]
        bob.do("read", room="general", number=3)
        carol.do("room.join", room="general")
        carol.do("room.leave", room="general")
        repeated = {"op": "message.post", "room": "general", "text": "once", "id": "kept-for-ever"}
        first = alice.post("/v1/commands", repeated).json
        facts = {
            "tokens": {client.name: client.token for client in (alice, bob, carol)},
            "cursor": alice.sync()["cursor"],
            "said": said,
            "command": repeated,
            "first_reply": first,
            "sync": {client.name: client.sync() for client in (alice, bob, carol)},
            "history": {
                client.name: {room: client.get(f"/v1/rooms/{room}/messages").json for room in ("general", "later")}
                for client in (alice, bob)},
            "log": bob.get("/v1/stream?limit=500&cursor=" + alice.sync()["epoch"] + "-0").json["events"],
        }
        server.kill()
        for name in ("apus.sqlite", "apus.sqlite-wal"):
            shutil.copy(os.path.join(server.data, name), target)
    with open(os.path.join(target, "facts.json"), "w", encoding="utf-8") as file:
        json.dump(facts, file, ensure_ascii=False, indent=1, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
