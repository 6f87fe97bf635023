"""Who takes part in a soak, and how it ends."""

from collections import Counter

from apus import check
from audience import Audience
from ledger import Ledger, check_commands, check_epochs, check_order
from habits import HABITS, SLOW_HABITS, SteadyPoster, Wanderer
from posters import WAYS

EACH, EACH_SLOW = 36, 6  # readers of each habit
AUDIENCES = 4
ROOMS = POSTERS = 16
LISTENERS, BOOKWORMS, WANDERERS, WRITERS = 32, 8, 4, 2
LONG = "A swift never lands. " * 450


class Load:
    def __init__(self, server, dice):
        self.server = server
        self.delivered, self.wrong, self.notes = 0, Counter(), []
        rooms = [f"room-{number}" for number in range(ROOMS)]
        listeners, bookworms, posters, writers = (
            [server.client(f"{name}-{number}") for number in range(count)] for name, count in (
                ("listener", LISTENERS), ("bookworm", BOOKWORMS), ("poster", POSTERS), ("writer", WRITERS)))
        for client, room in zip(posters, rooms):
            client.do("room.create", kind="public", room=room)
        writers[0].do("room.create", kind="public", room="library")
        for client in writers[1:] + bookworms:
            client.do("room.join", room="library")
        self.hoarder = server.client("hoarder")
        self.hoarder.do("room.create", kind="public", room="attic")
        self.wanderers = [Wanderer(listeners[number::WANDERERS], rooms, 0.2, dice) for number in range(WANDERERS)]
        seats = [
            (clients[number % len(clients)], transport, habit, dice.random())
            for habits, clients, each in ((HABITS, listeners, EACH), (SLOW_HABITS, bookworms, EACH_SLOW))
            for transport, habit in habits for number in range(each)]
        self.readers = len(seats)
        # Before any thread begins here: a process is forked as it is, locks included.
        self.audiences = [Audience(server.data, seats[number::AUDIENCES]) for number in range(AUDIENCES)]
        self.answers()
        self.posters = [
            SteadyPoster(client, room, way, 0.5, dice) for client, room, way in zip(posters, rooms, WAYS * 4)]
        self.posters += [SteadyPoster(client, "library", "websocket", 0.2, dice, LONG) for client in writers]
        for wanderer in self.wanderers:
            wanderer.start()

    @property
    def sent(self):
        return sum(len(poster.commands) for poster in self.posters) + sum(one.sent for one in self.wanderers)

    @property
    def acknowledged(self):
        return sum(len(poster.replies) for poster in self.posters) + sum(one.answered for one in self.wanderers)

    @property
    def repeated(self):
        return sum(tries > 1 for poster in self.posters for tries in poster.tries.values())

    def fill_caches(self):
        """What the server keeps on purpose, the log's tail (32 MiB) and pages of the database (64 MiB), is full after
        this: memory that grows from here on grows without a bound."""
        for start in range(0, 4000, 50):
            commands = [
                {"id": f"long-{number}", "op": "message.post", "room": "attic", "text": LONG}
                for number in range(start, start + 50)]
            answer = self.hoarder.post("/v1/commands", commands)
            check(answer.status == 200 and all("ok" in reply for reply in answer.json), f"filling the caches: {answer}")

    def ask(self, request, *arguments):
        for audience in self.audiences:
            audience.ask(request, *arguments)
        return self.answers()

    def answers(self):
        return [audience.answer() for audience in self.audiences]

    def compare(self):
        """Compares what the readers got since the last time with the log."""
        reports = self.ask("report")
        self.delivered = sum(delivered for delivered, _, _ in reports)
        self.wrong = sum((wrong for _, wrong, _ in reports), Counter())
        self.notes = [note for _, _, notes in reports for note in notes]
        self.notes += [one.failure for one in self.posters + self.wanderers if one.failure]

    def finish(self):
        """Stops those who send, lets everybody read to the end, and compares what was acknowledged with the log."""
        for wanderer in self.wanderers:
            wanderer.stopping.set()
        for wanderer in self.wanderers:
            wanderer.join(30)
            check(not wanderer.is_alive(), "a wanderer does not stop")
        for poster in self.posters:
            poster.finish()
        ledger = Ledger(self.server.data)
        check_order(ledger)
        check_epochs(ledger, self.server.starts)
        for poster in self.posters:
            check(poster.replies.keys() == poster.commands.keys(), f"{poster.name}: commands without an answer")
            check_commands(ledger, poster.client.name, poster.commands, poster.replies)
        self.ask("read_to", ledger.head)

    def part(self):
        self.ask("part")
