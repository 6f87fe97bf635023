"""The client behind each network, which is switched under it: `apus tail` reads, `apus send` posts, and what came is
compared with the log."""

import concurrent.futures
import dataclasses
import json
import os
import subprocess
import tempfile
import threading
import time

from apus import BINARY, Server, check, environment, make_room, wait_for
from client import Program
from ledger import Ledger
from networks import NETWORKS

EVERY = 0.1
# Past that the client is not back; climbing is tried after 5 s, 30 s, 2 min.
PATIENCE = 200
# Seconds to the first message: over WebSocket, over another transport, and from the moment when a network that let
# nothing pass is good again: TCP's own repetitions where packets vanished, the longest back-off where it was refused.
FIRST_BY_WEBSOCKET, FIRST, FIRST_AFTER_SILENCE, FIRST_AFTER_REFUSALS = 1, 4, 5, 20
# How soon WebSocket carries again where it was broken for 20 s at most, and otherwise: the longest time between two of
# the first three probes, and the probe.
BROKEN_SHORTLY, BACK_SOON, BACK = 20, 35, 100


@dataclasses.dataclass
class Measured:
    name: str
    sentence: str
    messages: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    first: float = 0.0
    through: str = ""
    broken: float = 0.0
    back: float | None = None

    def check(self, is_quiet):
        """In a hurry no time is measured, only what came; on a busy machine every time is longer."""
        check(self.lost == self.doubled == self.disordered == 0, f"{self.name}: {self}")
        check(self.back is not None, f"{self.name}: not back on WebSocket within {PATIENCE} s: {self}")
        if is_quiet:
            check(self.first <= self.first_limit, f"{self.name}: first message not within {self.first_limit} s: {self}")
            check(self.back <= self.back_limit, f"{self.name}: WebSocket not within {self.back_limit} s: {self}")

    @property
    def first_limit(self):
        if self.through == "nothing":
            return FIRST_AFTER_SILENCE if NETWORKS[self.name].is_silent else FIRST_AFTER_REFUSALS
        return FIRST if NETWORKS[self.name].breaks else FIRST_BY_WEBSOCKET

    @property
    def back_limit(self):
        return BACK_SOON if self.broken <= BROKEN_SHORTLY else BACK


class Talk:
    """Somebody beside the network, who says something all the time: so one sees when the reader hears again."""

    def __init__(self, client):
        self.client, self.over, self.failure = client, threading.Event(), None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        number = 0
        while not self.over.wait(EVERY):
            try:
                self.client.say("general", f"talk {number}", id=f"talk-{number}")
                number += 1
            except (OSError, AssertionError):
                pass  # the server is between two starts; said again under its id

    def stop(self):
        self.over.set()
        self.thread.join(30)


class Lines:
    """`apus send` behind the network, fed with one line after the other."""

    def __init__(self, url, token, room, file):
        self.process = subprocess.Popen(
            [BINARY, "send", url, room, "--json", "--file", file], env=environment(APUS_TOKEN=token),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1)
        self.answers = []
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()
        self.said = 0

    def read(self):
        for line in self.process.stdout:
            self.answers.append(json.loads(line))

    def say(self, count):
        for _ in range(count):
            self.process.stdin.write(f"line {self.said}\n")
            self.said += 1

    def wait(self):
        wait_for(lambda: len(self.answers) == self.said, lambda: f"{self.said} posts; {len(self.answers)} answered", PATIENCE)

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        finally:
            self.process.kill()
            self.thread.join(10)


def now_over(reader):
    return reader.statuses[-1].get("transport", "") if reader.statuses else ""


def last_over(reader):
    """What carried last, also where it has just been cut."""
    return next((status["transport"] for status in reversed(reader.statuses) if "transport" in status), "")


def become(network, kind, state):
    """A good network is good in both states."""
    if kind.breaks:
        network.become(state)


def run_client(name, count, folder):
    kind = NETWORKS[name]
    measured = Measured(name, kind.sentence)
    with Server(folder, "--commands-per-second", "0", "--streams-per-user", "0") as server:
        alice, bob, carol = (server.client(who) for who in ("alice", "bob", "carol"))
        make_room(server, "general", alice, bob, carol)
        inside = os.path.join(folder, "network")
        os.mkdir(inside)
        with kind.make(server, inside) as network:
            begun = time.monotonic()
            reader = Program("tail", network.url, "--json", token=alice.token)
            talk = Talk(bob)
            lines = Lines(network.url, carol.token, "general", os.path.join(folder, "carol.json"))
            try:
                switch_about(kind, network, reader, lines, count, measured, begun)
            finally:
                talk.stop()
                lines.stop()
                if reader.process.poll() is None:
                    wait_for_all(server, reader, measured)
                    reader.end()
    return measured


def run_all(count, names, at_once, is_quiet=False):
    """For each network, as they come: its name, what was measured, and what was wrong. On a quiet machine the times are
    held to their limits; what is to be there within a second then runs alone."""

    def run_one(name):
        with tempfile.TemporaryDirectory(prefix="apus-lab-", ignore_cleanup_errors=True) as folder:
            measured = run_client(name, count, folder)
        measured.check(is_quiet)
        return measured

    alone = [name for name in names if is_quiet and not NETWORKS[name].breaks]
    for some, number in ((alone, 1), ([name for name in names if name not in alone], at_once)):
        with concurrent.futures.ThreadPoolExecutor(number) as pool:
            started = {pool.submit(run_one, name): name for name in some}
            for done in concurrent.futures.as_completed(started):
                trouble = done.exception()
                yield started[done], None if trouble else done.result(), trouble


def switch_about(kind, network, reader, lines, count, measured, begun):
    """Broken, good, broken, good; a quarter of the lines in each."""
    # Through some nothing comes for as long as they are broken.
    blocked = kind.phases[0][1] is not None
    quarter = max(1, count // 4)
    lines.say(quarter)
    if blocked:
        time_passes(network, 8)
    else:
        wait_for(lambda: reader.events, lambda: f"a first message: {reader}", PATIENCE)
        measured.first = time.monotonic() - begun
        wait_for(lambda: len(lines.answers) >= quarter, lambda: f"posts: {len(lines.answers)}", PATIENCE)
        measured.through = last_over(reader)
    go_good(kind, network, reader, measured, begun)
    lines.say(quarter)
    lines.wait()
    become(network, kind, "broken")
    lines.say(quarter)
    if blocked:
        time_passes(network, 4)
    else:
        lines.wait()
    become(network, kind, "good")
    lines.say(count - 3 * quarter)
    lines.wait()


def go_good(kind, network, reader, measured, begun):
    become(network, kind, "good")
    switched = time.monotonic()
    measured.broken = switched - begun if kind.breaks else 0.0
    if not measured.first:
        wait_for(lambda: reader.events, lambda: f"a first message: {reader}", PATIENCE)
        measured.first = time.monotonic() - switched
        measured.through = "nothing"
    try:
        wait_for(lambda: now_over(reader) == "websocket", "WebSocket", PATIENCE)
        measured.back = time.monotonic() - switched
    except AssertionError:
        pass  # told by `back` being absent


def time_passes(network, seconds):
    """The network stays as it is; nothing can be waited for, because nothing may happen."""
    threading.Event().wait(seconds)


def wait_for_all(server, reader, measured):
    """Everything in the log must come, once and in order; then count what did not."""
    whole = [message["text"] for message in Ledger(server.data).messages]

    # What was said before the reader had its first position is not its business.
    def owed(came):
        return whole[whole.index(came[0]):] if came else whole

    def has_come(came):
        return came and len(came) >= len(owed(came)) and came[-1] == whole[-1]

    try:
        wait_for(lambda: has_come(reader.texts), "the last message", 60)
    except AssertionError:
        pass  # counted below
    came = reader.texts
    said = owed(came)
    measured.messages = len(said)
    measured.lost = len(set(said) - set(came))
    measured.doubled = len(came) - len(set(came))
    place = {text: index for index, text in enumerate(said)}
    order = [place.get(text, -1) for text in dict.fromkeys(came)]
    measured.disordered = sum(left > right for left, right in zip(order, order[1:]))


HEAD = """# Networks

`apus tail` and `apus send` behind each network of the lab ([testing.md](testing.md#the-lab)), which is switched under
them: broken, good, broken, good, while somebody beside it talks ten times a second. Written by `script/lab --client`.

| network | what it does | messages | lost | doubled | out of order | first message after | over | broken for | back on WebSocket after |
|---|---|---|---|---|---|---|---|---|---|
"""


def table(results, count):
    rows = [
        f"| {one.name} | {one.sentence} | {one.messages} | {one.lost} | {one.doubled} | {one.disordered} | {one.first:.1f} s "
        f"| {one.through or '–'} | {one.broken:.1f} s | {'–' if one.back is None else f'{one.back:.1f} s'} |"
        for one in sorted(results, key=lambda one: list(NETWORKS).index(one.name))]
    tail = (
        f"\n{count} messages were posted behind each network, the others beside it. The time to the first message is counted\n"
        "from the start of the program, and where nothing passes (over: nothing) from the moment when the network is good. So\n"
        "is the time to WebSocket: 0.0 s where it carried all the time. WebSocket is tried again 5 s, 30 s and 2 min after it\n"
        "was given up, and at once when the program says that the network has changed.\n\n"
        "The run fails unless\n\n"
        f"- the first message is there within {FIRST_BY_WEBSOCKET} s on a good network, within {FIRST} s on one that lets anything pass,\n"
        f"  within {FIRST_AFTER_SILENCE} s after a black hole, and after a time of refusals within {FIRST_AFTER_REFUSALS} s, the longest back-off;\n"
        f"- WebSocket is back within {BACK_SOON} s where it was broken for {BROKEN_SHORTLY} s at most, otherwise at the next probe ({BACK} s).\n")
    return HEAD + "\n".join(rows) + "\n" + tail
