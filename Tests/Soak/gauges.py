"""What the server's process takes, and whether that is the same in the end as it was."""

import os
from statistics import median

MIB = 1024 * 1024


class Gauges:
    """One look at a process: bytes, descriptors and threads."""

    def __init__(self, server, start, age):
        process = f"/proc/{server.pid}"
        with open(f"{process}/status") as status:
            fields = dict(line.split(":", 1) for line in status)
        self.memory = int(fields["VmRSS"].split()[0]) * 1024
        self.threads = int(fields["Threads"])
        self.descriptors = len(os.listdir(f"{process}/fd"))
        self.start, self.age = start, age

    @staticmethod
    def database(server):
        files = [os.path.join(server.data, name) for name in ("apus.sqlite", "apus.sqlite-wal")]
        return sum(os.path.getsize(file) for file in files if os.path.exists(file))


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_flat(before, after, slack):
    """At most a fifth more, and a constant for what allocators and pools do anyway."""
    return after <= before * 1.2 + slack


# With the caches full and 300 connections: what a small machine must have to spare.
MOST_MEMORY = 320 * MIB

# Measure → its constant, its unit, the unit's name.
MEASURES = {"memory": (8 * MIB, MIB, " MiB"), "descriptors": (16, 1, ""), "threads": (4, 1, "")}


def compare(what, before, after):
    """A sentence about two groups of looks, and whether all measures are flat."""
    flat, words = True, []
    for measure, (slack, unit, suffix) in MEASURES.items():
        first, last = (median(getattr(look, measure) for look in looks) for looks in (before, after))
        verdict = "" if is_flat(first, last, slack) else " NOT FLAT"
        if measure == "memory" and last > MOST_MEMORY:
            verdict += f" TOO MUCH (over {MOST_MEMORY // MIB} MiB)"
        flat = flat and not verdict
        words.append(f"{measure} {first / unit:.0f} → {last / unit:.0f}{suffix}{verdict}")
    return f"{what}: {', '.join(words)}", flat


def over_time(looks):
    """One process that lives on: the last quarter of its looks against the second; the first is its warming up."""
    quarter = len(looks) // 4
    if quarter == 0:
        return "over time: too short to say", True
    return compare("over time, second quarter → last", looks[quarter:2 * quarter], looks[-quarter:])


def over_restarts(looks, interval):
    """Many processes: memory begins anew with each, so only looks at the same age tell anything, here the younger
    starts against the older ones at half their life and later."""
    looks = [look for look in looks if interval * 0.5 <= look.age <= interval * 0.8]
    starts = sorted({look.start for look in looks})
    third = len(starts) // 3
    if third == 0:
        return "over restarts: too few to say", True
    first, last = starts[:third], starts[-third:]
    return compare(
        "over restarts at the same age, first third → last",
        [look for look in looks if look.start in first], [look for look in looks if look.start in last])
