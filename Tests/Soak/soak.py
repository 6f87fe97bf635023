#!/usr/bin/env python3
"""Mixed load for a long time, on all transports, with restarts: python3 Tests/Soak/soak.py MINUTES. See script/soak.

The first half restarts the server about once a minute, in turn by SIGTERM and by SIGKILL; the second lets one process
live, for with restarts memory could never show that it grows. APUS is the binary, APUS_SEED repeats the dice."""

import os
import random
import re
import resource
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
os.environ.setdefault("APUS", os.path.join(ROOT, ".build/release/apus"))
sys.path.insert(0, os.path.join(ROOT, "Tests/EndToEnd"))

from apus import BINARY, Server, wait_for
from gauges import MIB, Gauges, over_restarts, over_time, processor_seconds
from load import Load
from metrics import scrape

COLUMNS = (
    "elapsed", "sent", "acked", "delivered", "lost", "doubled", "disorder", "other", "RSS MiB", "fds", "threads",
    "DB MiB", "starts")


class Soak:
    def __init__(self, server, minutes, dice):
        self.server, self.seconds, self.dice = server, minutes * 60, dice
        self.interval = min(60, self.seconds / 10)
        self.started = time.monotonic()
        self.empty = Gauges(server, server.starts, 0)
        self.load = Load(server, dice)
        self.looks = []
        self.trouble = []
        self.served = 0  # processor seconds of the processes before this one
        self.begun = time.monotonic()
        self.next_line = 10

    @property
    def elapsed(self):
        return time.monotonic() - self.begun

    def run(self):
        print("".join(f"{name:>10}" for name in COLUMNS), flush=True)
        self.live(self.seconds / 2, restarts=True)
        restarted, self.looks = self.looks, []
        self.load.fill_caches()
        self.live(self.elapsed + self.seconds / 2, restarts=False)
        seconds = self.elapsed
        served = self.served + processor_seconds(self.server.pid)
        readers = max(processor_seconds(audience.process.pid) for audience in self.load.audiences)
        used = scrape(self.server)
        self.print_line()
        sent, delivered = self.load.sent, self.load.delivered
        print(
            f"rates: {sent / seconds:.0f} commands/s, {delivered / seconds:.0f} deliveries/s to {self.load.readers} "
            f"readers; of one processor the server took {served / seconds:.2f}, of the one that a Python can use the "
            f"senders {sum(os.times()[:2]) / seconds:.2f} and each process of readers up to {readers / seconds:.2f}")
        print(
            f"reached: {self.load.repeated} commands repeated; since the last start {used.total('apus_slow_readers_total'):.0f} "
            f"times a reader fell back to catching up, {used.value('apus_resumes_total', **{'from': 'ring'}):.0f} came "
            f"back from the ring and {used.value('apus_resumes_total', **{'from': 'disk'}):.0f} from the disk")
        for sentence, flat in (over_restarts(restarted, self.interval), over_time(self.looks)):
            print(sentence)
            if not flat:
                self.trouble.append(sentence)
        self.finish()

    def live(self, until, restarts):
        next_restart = self.elapsed + self.interval
        while (now := self.elapsed) < until:
            if restarts and now >= next_restart and now + self.interval / 2 < until:
                self.restart()
                next_restart = self.elapsed + self.interval
            self.looks.append(Gauges(self.server, self.server.starts, time.monotonic() - self.started))
            if now >= self.next_line:
                self.next_line += 10
                self.print_line()
            # Looks are taken by the clock; nothing is waited for.
            time.sleep(min(1, max(until - self.elapsed, 0)))

    def restart(self):
        self.served += processor_seconds(self.server.pid)
        if self.server.starts % 2:
            code, seconds = self.server.stop()
            if code != 0 or seconds > 10:
                self.trouble.append(f"SIGTERM: exit code {code} after {seconds:.1f} s")
        else:
            self.server.kill()
        self.server.start()
        self.started = time.monotonic()

    def print_line(self):
        load, look = self.load, Gauges(self.server, self.server.starts, 0)
        load.compare()
        wrong = load.wrong
        known = [wrong["lost"], wrong["doubled"], wrong["out_of_order"]]
        values = [
            f"{int(self.elapsed) // 60}:{int(self.elapsed) % 60:02}", load.sent, load.acknowledged, load.delivered, *known,
            sum(wrong.values()) - sum(known), f"{look.memory / MIB:.1f}", look.descriptors, look.threads,
            f"{Gauges.database(self.server) / MIB:.1f}", self.server.starts]
        print("".join(f"{value:>10}" for value in values), flush=True)

    def finish(self):
        """Ends the load, compares everything, and sees the server alone again."""
        self.load.finish()
        self.print_line()
        self.trouble += self.load.notes + [f"{count} {fault}" for fault, count in self.load.wrong.items()]
        self.load.part()
        # What SQLite keeps open for reading, and nothing of 300 connections.
        most = self.empty.descriptors + 16
        wait_for(
            lambda: Gauges(self.server, 0, 0).descriptors <= most,
            lambda: f"all connections to be gone: {Gauges(self.server, 0, 0).descriptors} descriptors are open, "
            f"{self.empty.descriptors} were before the load", 30)
        errors = [line for line in self.server.log_text().splitlines() if " error " in line or " critical " in line]
        self.trouble += [f"the server's log has {len(errors)} errors: {errors[0]}"] if errors else []


def main(arguments):
    if len(arguments) != 1 or not re.fullmatch(r"\d*\.?\d+", arguments[0]) or not float(arguments[0]):
        sys.exit(f"script/soak: expected a number of minutes, but \"{' '.join(arguments)}\" came")
    minutes = float(arguments[0])
    if not os.access(BINARY, os.X_OK):
        sys.exit(f"there is no binary {BINARY}; build it, or name it with APUS")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    seed = int(os.environ.get("APUS_SEED", random.randrange(1 << 32)))
    folder = tempfile.mkdtemp(prefix="apus-soak-")
    print(f"{minutes:g} minutes with the seed {seed} on {BINARY}", flush=True)
    with Server(folder, "--commands-per-second", "0", "--streams-per-user", "0") as server:
        soak = Soak(server, minutes, random.Random(seed))
        try:
            soak.run()
        except AssertionError as failure:
            soak.trouble.append(str(failure))
    if soak.trouble:
        print("\n".join(["FAIL", *soak.trouble, f"its folder is {folder}"]))
        return 1
    shutil.rmtree(folder)
    print("ok: nothing lost, doubled or out of order, and nothing grew")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
