"""What the database says was so, and whether clients were told the same."""

import json
import os
import sqlite3
from collections import Counter

from apus import check


class Ledger:
    """The log and its tables, read once."""

    def __init__(self, data):
        database = sqlite3.connect(f"file:{os.path.join(data, 'apus.sqlite')}?mode=ro", uri=True)
        database.row_factory = sqlite3.Row

        def rows(sql):
            return [dict(row) for row in database.execute(sql)]

        check(database.execute("PRAGMA integrity_check").fetchone()[0] == "ok", "the database is damaged")
        with database:
            database.execute("BEGIN")
            self.epochs = rows("SELECT * FROM epoch ORDER BY number")
            self.events = rows(
                """SELECT event.*, room.slug AS slug, user.id AS by_id, user.name AS by_name FROM event
                JOIN user ON user.key = event.by LEFT JOIN room ON room.key = event.audience ORDER BY seq""")
            self.stays = rows("SELECT * FROM stay")
            self.rooms = rows("SELECT * FROM room")
            self.messages = rows(
                """SELECT message.*, event.data ->> '$.text' AS text FROM current_message AS message
                JOIN event ON event.seq = message.text_seq ORDER BY room, message.number""")
            self.commands = rows("SELECT * FROM command")
            self.users = {row["name"]: row for row in rows("SELECT * FROM user")}
        database.close()

    @property
    def head(self):
        return self.events[-1]["seq"] if self.events else 0

    def visible(self, name, after=0):
        """The events that a user may see, as they must be delivered."""
        user = self.users[name]["key"]
        stays = [(stay["room"], stay["first_seq"], stay["last_seq"]) for stay in self.stays if stay["user"] == user]

        def sees(event):
            if event["audience"] <= 0:
                return event["audience"] in (0, -user)
            return any(
                room == event["audience"] and first <= event["seq"] <= (last or event["seq"])
                for room, first, last in stays) or event["witness"] == user

        return [event for event in self.events if event["seq"] > after and sees(event)]


def told(event):
    """What identifies an event on the wire."""
    return event["seq"], event["type"], event.get("room"), event["by"], event.get("id"), event["data"]


def check_delivery(ledger, name, after, delivered, what=""):
    """A reader saw exactly the log that it may see, from its first position on."""
    expected = [
        (row["seq"], row["type"], row["slug"], row["by_id"], row["command_id"], json.loads(row["data"]))
        for row in ledger.visible(name, after)]
    found = [told(event) for event in delivered]
    if found == expected:
        return
    counts = Counter(item[0] for item in found)
    due = {item[0] for item in expected}
    raise AssertionError(
        f"{what or name} saw {len(found)} events of {len(expected)}; "
        f"missing {sorted(due - counts.keys())[:10]}, not meant for it {sorted(counts.keys() - due)[:10]}, "
        f"doubled {[seq for seq, count in counts.items() if count > 1][:10]}, "
        f"first difference {next((pair for pair in zip(found, expected) if pair[0] != pair[1]), None)}")


def check_order(ledger):
    """The log has no gap, and every room's messages are numbered 1, 2, 3 …"""
    seqs = [event["seq"] for event in ledger.events]
    check(seqs == list(range(1, len(seqs) + 1)), "the log's seqs have a gap")
    for room in ledger.rooms:
        numbers = [row["number"] for row in ledger.messages if row["room"] == room["key"]]
        check(numbers == list(range(1, len(numbers) + 1)), f"{room['slug']}: the numbers have a gap")
        logged = [
            (row["number"], row["seq"]) for row in ledger.events
            if row["audience"] == room["key"] and row["type"] == "message.created"]
        kept = [(row["number"], row["seq"]) for row in ledger.messages if row["room"] == room["key"]]
        check(logged == kept, f"{room['slug']}: the messages differ from the log")


def check_epochs(ledger, starts):
    check(len(ledger.epochs) == starts, f"{len(ledger.epochs)} epochs after {starts} starts")
    firsts = [epoch["first_seq"] for epoch in ledger.epochs]
    check(firsts == sorted(firsts) and firsts[-1] <= ledger.head + 1, f"epochs begin at {firsts}")
    check(len({epoch["name"] for epoch in ledger.epochs}) == starts, "two epochs of one name")


def check_commands(ledger, name, commands, replies, in_order=True):
    """Every acknowledged command is in the log once, where its reply said, and in the order of sending."""
    user = ledger.users[name]["key"]
    own = [event for event in ledger.events if event["by"] == user and event["command_id"] in commands]
    counts = Counter(event["command_id"] for event in own)
    doubled = [identity for identity, count in counts.items() if count > 1]
    check(not doubled, f"{name}: happened more than once: {doubled[:5]}")
    by_id = {event["command_id"]: event for event in own}
    for identity, ok in replies.items():
        event = by_id.get(identity)
        check(event is not None, f"{name}: acknowledged as seq {ok['seq']} and lost: {identity}")
        check((event["seq"], event["number"]) == (ok["seq"], ok["number"]), f"{identity}: {ok} but in the log {event}")
        data = json.loads(event["data"])
        check(data["text"] == commands[identity]["text"], f"{identity}: another text: {data}")
        check(data["number"] == ok["number"], f"{identity}: another number: {data}")
    if in_order:
        sent = [identity for identity in commands if identity in by_id]
        check([event["command_id"] for event in own] == sent, f"{name}: the log is not in the order of sending")
