"""A client behind each network, which is switched under it: it reads and posts, and what came is compared with the log.
A kind of client is made from a network, a server's `alice` and `carol`, and a folder; `programs.py` and `tab.py` are two."""

import concurrent.futures
import os
import tempfile
import threading
import time

from apus import Server, Skip, check, make_room
from ledger import Ledger
from measured import PATIENCE, Measured
from networks import NETWORKS

EVERY = 0.1
# Longer than the networks of the lab need to strike: an idle connection is cut after 5 s.
SILENCE = 6


class Talk:
    """Somebody beside the network, who says something all the time: so one sees when the client hears again."""

    def __init__(self, client):
        self.client, self.said, self.is_resting, self.over = client, 0, False, threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.over.wait(EVERY):
            if self.is_resting:
                continue
            try:
                self.client.say("general", f"talk {self.said}", id=f"talk-{self.said}")
                self.said += 1
            except (OSError, AssertionError):
                pass  # the server is between two starts; said again under its id

    def rest(self):
        self.is_resting = True
        time_passes(SILENCE)
        self.is_resting = False

    def stop(self):
        self.over.set()
        self.thread.join(30)


def become(network, kind, state):
    """A good network is good in both states."""
    if kind.breaks:
        network.become(state)


def heard_talk(client):
    return sum(text.startswith("talk ") for text in client.texts)


def run_client(make_client, name, count, folder, arguments):
    kind = NETWORKS[name]
    measured = Measured(name, kind.sentence)
    with Server(folder, "--commands-per-second", "0", "--streams-per-user", "0", *arguments) as server:
        alice, bob, carol = (server.client(who) for who in ("alice", "bob", "carol"))
        make_room(server, "general", alice, bob, carol)
        inside = os.path.join(folder, "network")
        os.mkdir(inside)
        with kind.make(server, inside) as network, make_client(network, alice, carol, folder) as client:
            talk = Talk(bob)
            try:
                switch_about(kind, network, client, talk, count, measured)
                # What was said before the client had its first position it is not owed.
                client.wait(lambda: heard_talk(client) >= count, lambda: f"{count} from beside it, not {heard_talk(client)}", PATIENCE)
            finally:
                talk.stop()
            wait_for_all(server, client, measured)
    return measured


def run_all(make_client, count, names, at_once, is_quiet=False, arguments=()):
    """For each network, as they come: its name, what was measured, and what was wrong. On a quiet machine the times are
    held to their limits; what is to be there within a second then runs alone. The arguments are the server's."""

    def run_one(name):
        with tempfile.TemporaryDirectory(prefix="apus-lab-", ignore_cleanup_errors=True) as folder:
            measured = run_client(make_client, name, count, folder, arguments)
        measured.check(is_quiet)
        return measured

    alone = [name for name in names if is_quiet and not NETWORKS[name].breaks]
    for some, number in ((alone, 1), ([name for name in names if name not in alone], at_once)):
        with concurrent.futures.ThreadPoolExecutor(number) as pool:
            started = {pool.submit(run_one, name): name for name in some}
            for done in concurrent.futures.as_completed(started):
                trouble = done.exception()
                yield started[done], None if trouble else done.result(), trouble


def prove_all(make_client, arguments=()):
    """All networks in short: what came is looked at, and no time."""
    skipped, bad = [], []
    for name, _, trouble in run_all(make_client, 20, list(NETWORKS), 5, arguments=arguments):
        if isinstance(trouble, Skip):
            skipped.append(f"{name}: {trouble}")
        elif trouble:
            bad.append(f"{name}: {trouble}")
    check(not bad, "\n".join(bad))
    if skipped:
        raise Skip("; ".join(skipped))


def switch_about(kind, network, client, talk, count, measured):
    """Broken, good, broken, good; a quarter of the lines in each. The second time, nobody says anything for a while."""
    # Through some nothing comes for as long as they are broken.
    blocked = kind.phases[0][1] is not None
    quarter = max(2, count // 4)
    client.say(quarter)
    if blocked:
        time_passes(8)
    else:
        wait_for_first(client)
        measured.first = time.monotonic() - client.begun
        wait_for_answers(client)
        measured.through = client.last_over
    go_good(kind, network, client, measured)
    client.say(quarter)
    wait_for_answers(client)
    become(network, kind, "broken")
    client.say(quarter // 2)
    if not blocked:
        wait_for_answers(client)
    talk.rest()
    client.say(quarter - quarter // 2)
    if not blocked:
        wait_for_answers(client)
    become(network, kind, "good")
    client.say(count - 3 * quarter)
    wait_for_answers(client)


def go_good(kind, network, client, measured):
    become(network, kind, "good")
    switched = time.monotonic()
    measured.broken = switched - client.begun if kind.breaks else 0.0
    if not measured.first:
        wait_for_first(client)
        measured.first = time.monotonic() - switched
        measured.through = "nothing"
    try:
        client.wait(lambda: client.over == "websocket", "WebSocket", PATIENCE)
        measured.back = time.monotonic() - switched
    except AssertionError:
        pass  # told by `back` being absent


def wait_for_first(client):
    client.wait(lambda: client.heard, lambda: f"a first message: {client}", PATIENCE)


def wait_for_answers(client):
    client.wait(
        lambda: client.answered >= client.said, lambda: f"{client.said} posts; {client.answered} answered: {client}", PATIENCE)


def time_passes(seconds):
    """The network stays as it is; nothing can be waited for, because nothing may happen."""
    threading.Event().wait(seconds)


def wait_for_all(server, client, measured):
    """Everything in the log must come, once and in order; then count what did not."""
    log = [message["text"] for message in Ledger(server.data).messages]

    # What was said before the client had its first position is not its business.
    def owed(came):
        return log[log.index(came[0]):] if came else log

    def has_come():
        came = client.texts
        return len(came) >= len(owed(came)) and came[-1:] == log[-1:]

    try:
        client.wait(has_come, "the last message", 60)
    except AssertionError:
        pass  # counted below
    came = client.texts
    measured.compare([f"line {number}" for number in range(client.said)], [text for text in log if text.startswith("line ")])
    measured.messages = len(owed(came))
    measured.compare(owed(came), came)
