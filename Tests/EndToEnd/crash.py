"""kill -9 at random moments under load: nothing acknowledged is lost, doubled or reordered."""

import os
import random

from apus import Server, check, make_room, wait_for
from ledger import Ledger, check_commands, check_delivery, check_epochs, check_order
from posters import WAYS, Poster
from readers import TRANSPORTS, Reader

KILLS = int(os.environ.get("APUS_KILLS", "20"))


class Load:
    """Posters of every way and readers of every transport on one server."""

    def __init__(self, server):
        self.server = server
        names = [f"{way}-{number}".replace("_", "-") for way in WAYS for number in (1, 2)]
        posters = [server.client(name) for name in names]
        self.listener = server.client("listener")
        make_room(server, "busy", *posters, self.listener)
        self.readers = [Reader(self.listener, transport) for transport in (*TRANSPORTS, "changing")]
        self.readers += [Reader(client, transport) for client, transport in zip(posters, TRANSPORTS * 2)]
        self.posters = [Poster(client, "busy", way) for client, way in zip(posters, [w for w in WAYS for _ in (1, 2)])]

    @property
    def answered(self):
        return sum(len(poster.replies) for poster in self.posters)

    def failure(self):
        return next((thread.failure for thread in self.posters + self.readers if thread.failure), None)

    def progress(self, more):
        """Waits for this many answers more."""
        goal = self.answered + more
        wait_for(lambda: self.failure() or self.answered >= goal, lambda: f"{goal} answers, have {self.answered}", 60)
        check(self.failure() is None, self.failure())

    def verify(self):
        """Ends the load and compares everything with the database."""
        for poster in self.posters:
            poster.finish()
        ledger = Ledger(self.server.data)
        check_order(ledger)
        check_epochs(ledger, self.server.starts)
        for reader in self.readers:
            reader.ends_at(ledger.head)
            check_delivery(ledger, reader.client.name, reader.start_seq, reader.track.events, reader.name)
        retried = 0
        for poster in self.posters:
            check(poster.replies.keys() == poster.commands.keys(), f"{poster.name}: commands without an answer")
            check_commands(ledger, poster.client.name, poster.commands, poster.replies)
            retried += sum(tries > 1 for tries in poster.tries.values())
        total = sum(len(poster.commands) for poster in self.posters)
        messages = [event for event in ledger.events if event["type"] == "message.created"]
        check(len(messages) == total, f"{len(messages)} messages in the log for {total} commands")
        return total, retried


def test_killed_at_random_moments(folder):
    seed = int(os.environ.get("APUS_SEED", random.randrange(1 << 32)))
    dice = random.Random(seed)
    with Server(folder, "--commands-per-second", "0", "--streams-per-user", "0") as server:
        load = Load(server)
        for _ in range(KILLS):
            load.progress(dice.randrange(1, 400))
            # The moment of the kill, not a wait for anything.
            wait_for_moment = dice.random() * 0.05
            load.posters[0].stopping.wait(wait_for_moment)
            server.kill()
            server.start()
        load.progress(100)
        total, retried = load.verify()
        check(retried >= KILLS // 2, f"only {retried} commands were ever repeated: the kills hit nothing")
        print(f"     {KILLS} kills, {total} messages, {retried} repeated, seed {seed}")
