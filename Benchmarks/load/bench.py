#!/usr/bin/env python3
"""Puts Apus and its references under load, one after the other in the same minutes, and prints a table."""

import argparse
import json
import os
import platform
import resource
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

from apus import Apus
from servers import REFERENCES, Failure, end, end_all, start
from table import HEAD, Row, disturbance, faults
from workloads import WORKLOADS


class Bench:
    def __init__(self, arguments):
        self.tools, self.binary = arguments.tools, arguments.apus
        self.seconds, self.forced_reference = arguments.seconds, arguments.reference
        self.server_core, self.load_core = sorted(os.sched_getaffinity(0))[:2]
        self.all_runs, self.failures = [], 0

    def reference_of(self, workload):
        """Its name, or None where there is nothing to compare with."""
        forced = self.forced_reference
        if workload.against_itself:
            return "none stuck"
        if forced and workload.kind == "fan" and workload.way in REFERENCES[forced].ways:
            return forced
        return workload.reference

    def measure(self, workload, reference=None):
        if reference in REFERENCES:
            server = REFERENCES[reference](self.tools, self.server_core)
        else:
            server = Apus(self.tools, self.server_core, self.binary)
        try:
            with server:
                words = workload.words(self.seconds, without_stuck=reference is not None) + server.prepare(workload)
                return self.load(server, words)
        finally:
            shutil.rmtree(server.folder, ignore_errors=True)

    def load(self, server, words):
        words = [
            os.path.join(self.tools, "load"), *words, "--server", server.dialect, "--port", str(server.port), "--pid",
            str(server.process.pid)]
        process = start(words, self.load_core, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            output, errors = process.communicate(timeout=600)
        finally:
            end(process)
        if server.process.poll() is not None:
            raise Failure(f"the server ended with {server.process.returncode}: {server.log_end()}")
        if process.returncode not in (0, 1):
            raise Failure(f"{errors.strip() or f'ended with {process.returncode}'} ({' '.join(words)})")
        if errors:
            print(errors.strip(), file=sys.stderr)
        return json.loads(output)

    def try_once(self, workload, label, reference=None):
        """A list of one run, or of none if it failed."""
        try:
            run = self.measure(workload, reference)
        except Failure as failure:
            print(f"{label}: {failure}", file=sys.stderr)
            self.failures += 1
            return []
        self.all_runs.append(run)
        figures = ", ".join(f"{run[figure.key]:,.{figure.digits}f} {figure.unit}" for figure in workload.figures)
        print(f"{label}: {figures}", file=sys.stderr)
        return [run]

    def rows(self, workload, repeat):
        runs, references, reference = [], [], self.reference_of(workload)
        for turn in range(1, repeat + 1):
            if reference:
                references += self.try_once(workload, f"{workload.name} {turn}/{repeat} {reference}", reference)
            runs += self.try_once(workload, f"{workload.name} {turn}/{repeat} apus")
        figures = workload.figures
        if reference != workload.reference:
            # The budget is a multiple of another one.
            figures = [replace(figure, times_reference=None) for figure in figures]
        return [Row(workload, figure, runs, references, reference) for figure in figures]


def parse(words):
    names = list(dict.fromkeys(workload.name for workload in WORKLOADS))
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=5, help="how long each run is measured (default: 5)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each, of which the median counts (default: 3)")
    parser.add_argument(
        "--reference", choices=REFERENCES, help="compare with this one instead, where it can do the workload")
    parser.add_argument("--tools", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--apus", required=True, help=argparse.SUPPRESS)
    parser.add_argument("workloads", nargs="*", metavar="workload", help=f"{', '.join(names)} (default: all)")
    arguments = parser.parse_args(words)
    for name in arguments.workloads:
        if name not in names:
            parser.error(f"there is no workload {name}; there are {', '.join(names)}")
    if arguments.seconds < 1 or arguments.repeat < 1:
        parser.error("--seconds and --repeat are at least 1")
    if len(os.sched_getaffinity(0)) < 2:
        parser.error("two cores are needed, one for the server and one for the load")
    return arguments


def raise_file_limit(least=6000):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if 0 <= most < least:
        sys.exit(f"script/bench: {least} open files are needed, but the limit is {most}; raise it (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def describe(arguments):
    version = subprocess.run([arguments.apus, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    disk = subprocess.run(["stat", "-f", "-c", "%T", arguments.tools], capture_output=True, text=True).stdout.strip()
    with open("/proc/cpuinfo") as file:
        models = [line.split(": ")[1].strip() for line in file if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    return (
        f"apus {version.removeprefix('apus ')}, {time.strftime('%Y-%m-%d')}, {os.cpu_count()} × {model}, Linux "
        f"{platform.release()}, data on {disk}; {arguments.repeat} runs of {arguments.seconds} s.")


def main(words):
    arguments = parse(words)
    raise_file_limit()
    print(describe(arguments) + f"\n\n{HEAD}", flush=True)
    bench = Bench(arguments)
    met = True
    for workload in WORKLOADS:
        if arguments.workloads and workload.name not in arguments.workloads:
            continue
        for row in bench.rows(workload, arguments.repeat):
            print(row.line(), flush=True)
            met = met and row.met is not False
    faulty, words = faults(bench.all_runs)
    print(f"\n{words} {disturbance(bench.all_runs)}")
    return 0 if met and not faulty and not bench.failures else 1


if __name__ == "__main__":
    for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        # What nohup ignores stays ignored.
        if signal.getsignal(name) is not signal.SIG_IGN:
            signal.signal(name, lambda number, _: sys.exit(128 + number))
    try:
        sys.exit(main(sys.argv[1:]))
    finally:
        # Whatever ended it, nothing stays behind; a second signal must not stop this.
        for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(name, signal.SIG_IGN)
        end_all()
