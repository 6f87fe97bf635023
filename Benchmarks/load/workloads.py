"""What is measured, against whom, and what it may cost. docs/performance.md tells it in words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One row of the table: a figure of the load tool's report, and its budget, if it has one."""

    key: str
    unit: str
    digits: int = 1
    at_most: float | None = None
    at_least: float | None = None
    times_reference: float | None = None

    def budget(self, reference):
        limits = []
        if self.times_reference:
            limits.append(f"≤ {self.times_reference} × {reference or 'reference'}")
        if self.at_most is not None:
            limits.append(f"≤ {self.at_most:,g}")
        if self.at_least is not None:
            limits.append(f"≥ {self.at_least:,g}")
        return ", ".join(limits)

    def is_met(self, median, reference_median):
        """Whether the budget is kept; None where there is none. Without a reference to compare with it is not."""
        verdicts = []
        if self.times_reference:
            verdicts.append(reference_median is not None and median <= self.times_reference * reference_median)
        if self.at_most is not None:
            verdicts.append(median <= self.at_most)
        if self.at_least is not None:
            verdicts.append(median >= self.at_least)
        return all(verdicts) if verdicts else None


@dataclass(frozen=True)
class Workload:
    name: str
    what: str
    figures: tuple
    kind: str = "fan"
    way: str = "websocket"
    readers: int = 1000
    rooms: int = 1
    in_flight: int = 1
    rate: int = 0
    stuck: int = 0
    # Readers with an account of their own, in three rooms each.
    users: int = 0
    # Events that readers have missed when they come back.
    behind: int = 0
    reference: str | None = None
    # Measured for longer, and begun later, where something has to build up first.
    longer: int = 1
    warm_up: float = 1.5
    # The reference is Apus itself without this workload's stuck readers.
    against_itself: bool = False

    def words(self, seconds, without_stuck=False):
        """The load tool's arguments."""
        options = {
            "way": self.way, "readers": self.readers, "rooms": self.rooms, "in-flight": self.in_flight,
            "rate": self.rate, "stuck": 0 if without_stuck else self.stuck, "behind": self.behind,
            "seconds": 2 if self.kind == "idle" else seconds * self.longer, "warm-up": self.warm_up,
        }
        return [self.kind] + [word for name, value in options.items() if value for word in (f"--{name}", str(value))]


def cost(times_reference=None):
    return Figure("cpu_s_per_million", "CPU s per million deliveries", 2, times_reference=times_reference)


def memory(at_most=None):
    return (Figure("kib_each", "KiB resident each", 1, at_most=at_most),)


def latency(name, what):
    return Figure(f"{name}_p50_ms", f"{what}, p50 ms", 2), Figure(f"{name}_p99_ms", f"{what}, p99 ms", 2)


def posts(at_least):
    return Figure("posts_per_second", "acknowledged posts/s", 0, at_least=at_least), *latency("reply", "reply")


def resumed(at_most=None):
    all_readers = Figure("catch_up_seconds", "s until all have caught up", 2, at_most=at_most)
    return all_readers, *latency("catch_up", "a reader’s catching up")


SLOW_FIGURES = latency("delivery", "delivery") + (
    Figure("resident_mib", "the server’s MiB at the end", 0), Figure("grown_mib", "its growth in the second half, MiB"))
DELIVERIES = Figure("deliveries_per_second", "deliveries/s", 0)
MESSAGES = Figure("messages_per_second", "messages/s", 0, at_least=12_000)
# With a rate too, the warm-up goes at full speed, so that who hangs is full when measuring begins.
SLOW = {"readers": 100, "stuck": 1000, "in_flight": 32, "longer": 4, "warm_up": 5, "against_itself": True}

WORKLOADS = (
    Workload("A1", "1,000 readers of a room, 1 message in flight", (cost(1.8), DELIVERIES), reference="floor"),
    Workload(
        "A32", "1,000 readers of a room, 32 messages in flight", (cost(2.0), DELIVERIES), in_flight=32,
        reference="uwebsockets"),
    Workload("R20", "1,000 readers of a room, 20 messages/s", latency("delivery", "delivery"), rate=20),
    Workload(
        "B", "1,000 rooms of 5 readers, 32 in flight", (cost(1.3), MESSAGES), readers=5000, rooms=1000, in_flight=32,
        reference="nchan"),
    Workload("S1", "A1 over SSE", (cost(1.5),), way="sse", reference="nchan"),
    Workload("S32", "A32 over SSE", (cost(),), way="sse", in_flight=32),
    Workload("L1", "A1 over long poll", (cost(2.0),), way="long-poll", reference="nchan"),
    Workload("L32", "A32 over long poll", (cost(),), way="long-poll", in_flight=32),
    Workload("C", "5,000 idle WebSocket readers", memory(6), kind="idle", readers=5000),
    Workload("SC", "5,000 idle SSE readers", memory(10), kind="idle", way="sse", readers=5000),
    Workload("LC", "5,000 waiting long polls", memory(10), kind="idle", way="long-poll", readers=5000),
    Workload("U3", "1,000 accounts of three rooms each, idle over WebSocket", memory(), kind="idle", users=1000),
    Workload("D", "64 connections, 1 durable post in flight each", posts(8_000), kind="posts", readers=64, rooms=64),
    Workload(
        "D16", "64 connections, 16 durable posts in flight each", posts(20_000), kind="posts", readers=64, rooms=64,
        in_flight=16),
    Workload("RESUME1", "1,000 readers come back, 200 events behind", resumed(5), kind="resume", behind=200),
    Workload(
        "RESUME5", "5,000 readers come back, 200 events behind", resumed(), kind="resume", readers=5000, behind=200),
    Workload("SLOW", "100 readers beside 1,000 that hang, 100 messages/s", SLOW_FIGURES, rate=100, **SLOW),
    Workload("SLOW", "100 readers beside 1,000 that hang, 32 messages in flight", SLOW_FIGURES, **SLOW),
)
