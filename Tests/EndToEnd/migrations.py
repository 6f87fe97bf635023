"""Data folders of earlier versions open, keep everything, and are copied before they change."""

import hashlib
import json
import os
import shutil
import signal
import sqlite3

from apus import ROOT, Client, Server, check

FIXTURES = os.path.join(ROOT, "Tests", "Fixtures")
SCHEMAS = sorted(name for name in os.listdir(FIXTURES) if name.startswith("schema-"))


def differences(was, now, path=""):
    """Where something that was there is not there now, or is another; what has been added does not matter."""
    if isinstance(was, dict) and isinstance(now, dict):
        return [line for key in was for line in (
            differences(was[key], now[key], f"{path}.{key}") if key in now else [f"{path}.{key} is gone"])]
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        return [line for index, (one, other) in enumerate(zip(was, now))
                for line in differences(one, other, f"{path}[{index}]")]
    return [] if was == now else [f"{path} was {was!r}, is {now!r}"]


def hash_of(command):
    """As schema 1 kept it of a message."""
    content = json.dumps([command["op"], [command["room"], command["text"]]], separators=(",", ":"))
    return hashlib.sha256(content.encode()).digest()[:16]


def test_the_fixture_holds_what_is_looked_for(folder):
    with open(os.path.join(FIXTURES, "schema-1", "facts.json"), encoding="utf-8") as file:
        command = json.load(file)["command"]
    with open(os.path.join(FIXTURES, "schema-1", "apus.sqlite-wal"), "rb") as file:
        check(hash_of(command) in file.read(), "the hash of a command is made otherwise: nothing is tested")


def open_fixture(folder, schema):
    data = os.path.join(folder, schema, "data")
    shutil.copytree(os.path.join(FIXTURES, schema), data)
    with open(os.path.join(data, "facts.json"), encoding="utf-8") as file:
        facts = json.load(file)
    os.remove(os.path.join(data, "facts.json"))
    return facts, Server(os.path.join(folder, schema), start=False)


def test_every_earlier_schema(folder):
    check(SCHEMAS, f"no fixtures in {FIXTURES}")
    for schema in SCHEMAS:
        facts, server = open_fixture(folder, schema)
        with server:
            server.start()
            people = {name: Client(server, token, name) for name, token in facts["tokens"].items()}
            for name, person in people.items():
                was = {key: facts["sync"][name][key] for key in ("user", "users", "rooms")}
                check(not (lines := differences(was, person.sync())), f"{schema}: sync of {name}: {lines}")
                for room, page in facts["history"].get(name, {}).items():
                    now = person.get(f"/v1/rooms/{room}/messages").json
                    check(not (lines := differences(page, now)), f"{schema}: {room} as {name} reads it: {lines}")
            first = facts["first_reply"]
            again = people["alice"].post("/v1/commands", facts["command"]).json
            check(again == {"id": first["id"], "ok": first["ok"] | {"repeated": True}}, f"{schema}: {again}")
            other = people["alice"].post("/v1/commands", facts["command"] | {"text": "anything"})
            if schema == "schema-1":
                # What it said was known by a hash, from which it could be guessed.
                check(other.json == again, f"{schema}: {other}")
            else:
                check(other.status == 409, f"{schema}: {other}")
            for name in ("apus.sqlite", "apus.sqlite-wal"):
                with open(os.path.join(server.data, name), "rb") as file:
                    check(hash_of(facts["command"]) not in file.read(), f"{schema}: the old hash is still in {name}")
            # A cursor of then goes on, over everything that has happened since.
            epoch = facts["cursor"].split("-")[0]
            after = people["alice"].say("general", "from now")
            log = people["bob"].get(f"/v1/stream?limit=500&cursor={epoch}-0").json["events"]
            check(log[:-1] == facts["log"] and log[-1]["seq"] == after["seq"], f"{schema}: the log: {log}")


def test_the_copy_is_what_was(folder):
    for schema in SCHEMAS:
        facts, server = open_fixture(folder, schema)
        copy = os.path.join(server.data, f"apus.sqlite.{schema}")
        with server:
            # It dies while it changes the database, and begins again.
            server.launch(fault="in-migration:1")
            check(server.process.wait(30) == -signal.SIGKILL, f"{schema}: exit code {server.process.returncode}")
            with open(copy, "wb") as file:
                file.write(b"left by an attempt that broke off")
            server.start()
            said = [message["number"] for message in facts["said"]]
            database = sqlite3.connect(f"file:{copy}?mode=ro", uri=True)
            check(database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], f"{schema}: the copy is broken")
            version = database.execute("SELECT max(identifier) FROM grdb_migrations").fetchone()[0]
            check(f"schema-{version}" == schema, f"the copy of {schema} has schema {version}")
            numbers = [row[0] for row in database.execute(
                "SELECT number FROM message JOIN room ON room.key = message.room WHERE slug = 'general' ORDER BY 1")]
            check(numbers[:len(said)] == said, f"{schema}: the copy holds the messages {numbers}")
            check(os.stat(copy).st_mode & 0o077 == 0, f"{schema}: others may read the copy")
            server.stop()
            os.remove(copy)
            server.start()
            check(not os.path.exists(copy), f"{schema}: a database that does not change was copied")
