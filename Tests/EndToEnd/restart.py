"""Many clients after a restart of the server: all are back in time, with what was said meanwhile, and not all at once."""

import dataclasses
import json
import subprocess
import tempfile
import threading

from apus import BINARY, check, environment
from benching import Bench

CLIENTS = 2000


@dataclasses.dataclass(frozen=True)
class Way:
    """A restart. `share`: how many of the clients may come to the new server for the first time within one second."""

    sentence: str
    kills: bool
    down: float
    share: float


WAYS = [
    # The shares are what the back-off makes of it, worked out, and half as much again for a busy machine. Who is told to
    # come back does so within 2 ms for each client; who comes too early comes again within a second.
    Way("SIGTERM, started again at once", False, 0, 0.8),
    # Who is not told tries at once, and then ever less often.
    Way("`kill -9`, started again after 5 s", True, 5, 0.4),
    Way("`kill -9`, started again after 15 s", True, 15, 0.2),
]


def measure(folder, way, clients=CLIENTS):
    """What `apus bench restart` says, checked."""
    with Bench(folder) as bench:
        process = subprocess.Popen(
            [BINARY, *bench.words("restart", "--clients", clients), "--json"], env=environment(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        killer = threading.Timer(300, process.kill)
        killer.start()
        try:
            said = next((line for line in process.stderr if "restart the server now" in line), None)
            check(said, lambda: f"the clients are not live: {process.communicate()}")
            if way.kills:
                bench.server.kill()
                threading.Event().wait(way.down)
            else:
                code, _ = bench.server.stop()
                check(code == 0, f"the server ended with {code}")
            bench.server.start()
            out, errors = process.communicate()
        finally:
            killer.cancel()
            process.kill()
            process.wait()
    check(process.returncode == 0, f"{way.sentence}: exit code {process.returncode}: {out} {errors}")
    (result,) = json.loads(out)["results"]
    check(result["clients"] == clients and result["missing"] == result["doubled"] == 0, f"{way.sentence}: {result}")
    check(result["away"] > clients / 4, f"{way.sentence}: too few were away to tell: {result}")
    check(result["back_us"]["max"] < 30e6, f"{way.sentence}: somebody was not back within 30 s: {result}")
    check(result["busiest_second"] <= way.share, f"{way.sentence}: they came all at once: {result}")
    return result


def row(way, result):
    p50, last = (result["back_us"][key] / 1e6 for key in ("p50", "max"))
    return (
        f"| {way.sentence} | {result['down_seconds']:.1f} s | {result['away']} | {p50:.1f} s | {last:.1f} s | "
        f"{100 * result['busiest_second']:.0f} % | {result['missing']} | {result['doubled']} |")


HEAD = f"""
## A restart

{CLIENTS} clients in one process (`apus bench restart`), and a server that goes and comes again. In that moment a message is
posted; *back* is who has it. *Busiest second*: how many of them came to the new server for the first time within one second.

| the server ends by | was gone for | away when it was posted | half are back after | all are back after | busiest second | missed it | got it twice |
|---|---|---|---|---|---|---|---|
"""


def table():
    rows = []
    for way in WAYS:
        with tempfile.TemporaryDirectory(prefix="apus-lab-", ignore_cleanup_errors=True) as folder:
            rows.append(row(way, measure(folder, way)))
            print(f"ok   {rows[-1]}", flush=True)
    return HEAD + "\n".join(rows) + "\n"


def test_all_are_back_after_sigterm(folder):
    measure(folder, WAYS[0])


def test_all_are_back_after_kill(folder):
    measure(folder, WAYS[2])
