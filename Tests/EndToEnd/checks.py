"""The other tests are only as good as their checks: each must refuse what is wrong."""

import copy
import os
import sys

from apus import ROOT, Server, check, make_room
from ledger import Ledger, check_commands, check_delivery, check_epochs, check_order
from readers import Reader, Track
from websocket import decode, encode

sys.path.insert(0, os.path.join(ROOT, "Tests/Lab"))

from measured import Measured


def refuses(check, what):
    try:
        check()
    except AssertionError:
        return
    raise AssertionError(f"passes: {what}")


def test_batches_that_do_not_fit(_):
    def track():
        return Track("e-5")

    track().apply({"from": 5, "to": 7, "events": [{"seq": 6}, {"seq": 7}]})
    track().apply({"from": 5, "to": 5})
    track().begin({"epoch": "f", "seq": 5})
    for what, batch in {
        "a gap": {"from": 6, "to": 7}, "an overlap": {"from": 4, "to": 7}, "backwards": {"from": 5, "to": 4},
        "an event before": {"from": 5, "to": 7, "events": [{"seq": 5}]},
        "an event after": {"from": 5, "to": 7, "events": [{"seq": 8}]},
        "disorder": {"from": 5, "to": 9, "events": [{"seq": 7}, {"seq": 6}]},
        "a double": {"from": 5, "to": 9, "events": [{"seq": 7}, {"seq": 7}]},
    }.items():
        refuses(lambda: track().apply(batch), what)
    refuses(lambda: track().apply({"from": 5, "to": 7}, "e-6"), "a cursor that is not the batch's end")
    refuses(lambda: track().begin({"epoch": "e", "seq": 6}), "a hello elsewhere")


def test_ledgers_that_are_wrong(folder):
    with Server(folder) as server:
        alice, bob = server.client("alice"), server.client("bob")
        make_room(server, "general", alice)
        reader = Reader(bob, "websocket")
        alice.say("general", "before")
        bob.do("room.join", room="general")
        commands = {f"c-{number}": {"text": f"text {number}"} for number in range(5)}
        replies = {key: alice.say("general", value["text"], id=key) for key, value in commands.items()}
        ledger = Ledger(server.data)
        reader.ends_at(ledger.head)
        seen = reader.track.events
        check_order(ledger)
        check_epochs(ledger, 1)
        check_commands(ledger, "alice", commands, replies)
        check_delivery(ledger, "bob", reader.start_seq, seen)

        refuses(lambda: check_delivery(ledger, "bob", 0, seen[1:]), "an event lost at the beginning")
        refuses(lambda: check_delivery(ledger, "bob", 0, seen[:-1]), "an event lost at the end")
        refuses(lambda: check_delivery(ledger, "bob", 0, seen[:1] + seen), "an event doubled")
        refuses(lambda: check_delivery(ledger, "bob", 0, seen[::-1]), "disorder")
        refuses(lambda: check_delivery(ledger, "alice", 0, seen), "another user's events")
        refuses(lambda: check_epochs(ledger, 2), "an epoch too few")
        refuses(lambda: check_commands(ledger, "alice", commands, replies | {"c-9": replies["c-1"]}), "a lost command")
        refuses(lambda: check_commands(ledger, "alice", commands, replies | {"c-1": replies["c-2"]}), "a wrong reply")
        swapped = {key: commands[key] for key in reversed(commands)}
        refuses(lambda: check_commands(ledger, "alice", swapped, replies), "another order")
        altered = commands | {"c-1": {"text": "another"}}
        refuses(lambda: check_commands(ledger, "alice", altered, replies), "another text")

        doubled = copy.deepcopy(ledger)
        doubled.events.append(doubled.events[-1] | {"seq": ledger.head + 1})
        refuses(lambda: check_commands(doubled, "alice", commands, replies), "a command that happened twice")
        refuses(lambda: check_order(doubled), "a log that differs from the messages")
        torn = copy.deepcopy(ledger)
        del torn.events[2]
        refuses(lambda: check_order(torn), "a gap in the log")
        torn = copy.deepcopy(ledger)
        del torn.messages[1]
        refuses(lambda: check_order(torn), "a gap in the numbers")


def test_networks_that_lose_double_or_mix_up(_):
    for came, counts in {
        "abc": (0, 0, 0), "ac": (1, 0, 0), "": (3, 0, 0), "abbc": (0, 1, 0), "abca": (0, 1, 0), "acb": (0, 0, 1),
        "cba": (0, 0, 2), "abcx": (0, 0, 1),
    }.items():
        measured = Measured("good", "")
        measured.compare(list("abc"), list(came))
        found = (measured.lost, measured.doubled, measured.disordered)
        check(found == counts, f"of abc came {came}: expected {counts}, counted {found}")
        measured.back = 0
        if counts != (0, 0, 0):
            refuses(lambda: measured.check(False), f"of abc came {came}")


def test_frames_survive_the_client(_):
    for size in (0, 1, 125, 126, 65535, 65536):
        frame = encode(1, b"x" * size)
        assert frame[1] & 0x80, "a client's frames are masked"
        head = 2 + (0 if size < 126 else 2 if size < 65536 else 8)
        mask, masked = frame[head:head + 4], frame[head + 4:]
        assert bytes(byte ^ mask[index % 4] for index, byte in enumerate(masked)) == b"x" * size
        server = bytearray([frame[0], frame[1] & 0x7F]) + frame[2:head] + b"y" * size + b"rest"
        assert decode(server[:1]) is None and decode(server) == (1, b"y" * size) and server == b"rest"
