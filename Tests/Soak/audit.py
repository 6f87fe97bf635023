"""Compares what readers got with the log while both go on, and forgets what has been compared."""

import json
import os
import sqlite3
from collections import Counter

from apus import check
from ledger import told


class Log:
    """The log from where the last reader was compared, and who may see what of it."""

    def __init__(self, data):
        self.path = os.path.join(data, "apus.sqlite")
        self.rows = []  # (seq, audience, what a client is told), in the order of seq
        self.head = 0
        self.stays = {}  # user's key → room's key → [(first seq, last seq or None)]
        self.keys = {}  # user's name → key

    def refresh(self):
        database = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        try:
            database.execute("BEGIN")
            rows = database.execute(
                """SELECT seq, audience, type, room.slug, user.id, command_id, data FROM event
                JOIN user ON user.key = event.by LEFT JOIN room ON room.key = event.audience
                WHERE seq > ? ORDER BY seq""", (self.head,))
            for seq, audience, kind, slug, by, identity, data in rows:
                check(seq == self.head + 1, f"the log goes on with {seq} after {self.head}")
                self.head = seq
                self.rows.append((seq, audience, (seq, kind, slug, by, identity, json.loads(data))))
            self.stays = {}
            for user, room, first, last in database.execute("SELECT user, room, first_seq, last_seq FROM stay"):
                self.stays.setdefault(user, {}).setdefault(room, []).append((first, last))
            self.keys = dict(database.execute("SELECT name, key FROM user"))
        finally:
            database.close()

    def visible(self, name, after, to):
        """What a user must have been told of `after < seq <= to`."""
        user = self.keys[name]
        stays = self.stays.get(user, {})
        first = self.rows[0][0] if self.rows else 0
        return [
            row for seq, audience, row in self.rows[max(after + 1 - first, 0):max(to + 1 - first, 0)]
            if audience in (0, -user)
            or any(begin <= seq <= (end or seq) for begin, end in stays.get(audience, ()))]

    def forget(self, to):
        """Nobody will be compared with what is up to `to` again."""
        if self.rows and self.rows[0][0] <= to:
            del self.rows[:to + 1 - self.rows[0][0]]


def faults(expected, found, after):
    """What is wrong with the events found after seq `after`, in the order of their coming."""
    wrong = Counter()
    by_seq = {row[0]: row for row in expected}
    seen = set()
    last = after
    for event in found:
        seq = event[0]
        if seq in seen or seq <= after:
            wrong["doubled"] += 1
            continue
        seen.add(seq)
        if seq not in by_seq:
            wrong["not_meant"] += 1
        elif by_seq[seq] != event:
            wrong["altered"] += 1
        if seq < last:
            wrong["out_of_order"] += 1
        last = max(last, seq)
    wrong["lost"] = len(by_seq.keys() - seen)
    return +wrong


class Audit:
    """All readers of one server. `wrong` counts what was found, `notes` has the first of it in words."""

    def __init__(self, data, readers):
        self.log = Log(data)
        self.readers = readers
        self.compared = {reader: reader.start_seq for reader in readers}
        self.gaps = {}  # reader → how many are counted
        self.wrong = Counter()
        self.notes = []

    def run(self):
        # Cursors first: what lies before them is in the log for sure when it is read after them.
        cursors = {reader: reader.track.seq for reader in self.readers}
        self.log.refresh()
        for reader, to in cursors.items():
            self.compare(reader, to)
        self.log.forget(min(self.compared.values()))

    def compare(self, reader, to):
        after, events = self.compared[reader], reader.track.events
        count = len(events)
        came = events[:count]
        # One assignment, so that the reader's thread cannot append in the middle of it.
        events[:count] = [event for event in came if event["seq"] > to]
        wrong = faults(
            self.log.visible(reader.client.name, after, to),
            [told(event) for event in came if event["seq"] <= to], after)
        gaps = reader.track.gaps
        wrong["gaps"] = gaps - self.gaps.get(reader, 0)
        self.gaps[reader] = gaps
        wrong = +wrong
        self.wrong += wrong
        if wrong and len(self.notes) < 5:
            self.notes.append(f"{reader.name} after {after} to {to}: {dict(wrong)}")
        self.compared[reader] = max(after, to)
