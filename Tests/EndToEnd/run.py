#!/usr/bin/env python3
"""Runs the end-to-end tests: python3 Tests/EndToEnd/run.py [name…]. APUS is the binary to test."""

import importlib
import os
import resource
import shutil
import sys
import tempfile
import threading
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from apus import BINARY, Skip

NAMES = [
    "idle_connections", "slow_loris", "checks", "two_people", "crash", "fault_points", "migrations", "fsync_order",
    "full_disk", "operator_errors", "settings", "hostile_http", "hostile_websocket", "hostile_json",
    "connection_limit", "slow_readers", "control_socket", "goodbye", "metrics_and_logs", "bench", "load_tool", "tour",
    "bench_trouble", "upgrade", "hooks", "rooms", "accounts", "sessions", "links", "proxied", "pages", "deletion", "search", "lab", "jwt",
    "access", "openapi", "client", "doctor", "client_tls", "networks_client", "web", "chat",
]
# Run only when they are named.
ON_REQUEST = ["counts", "search_scale", "restart"]


class Result:
    """One test: a function of a module, called with a folder of its own."""

    def __init__(self, module, function):
        self.name = f"{module}.{function.__name__.removeprefix('test_')}"
        self.function = function
        self.trouble = self.skipped = None
        self.seconds = 0.0

    def run(self):
        begun = time.monotonic()
        folder = tempfile.mkdtemp(prefix="apus-")
        try:
            self.function(folder)
            shutil.rmtree(folder, ignore_errors=True)
        except Skip as reason:
            self.skipped = str(reason)
            shutil.rmtree(folder, ignore_errors=True)
        except BaseException:
            self.trouble = traceback.format_exc() + f"its folder is {folder}\n"
        self.seconds = time.monotonic() - begun

    def report(self):
        if self.trouble:
            print(f"FAIL {self.name} ({self.seconds:.1f} s)\n{self.trouble}", flush=True)
        elif self.skipped:
            print(f"skip {self.name}: {self.skipped}", flush=True)
        else:
            print(f"ok   {self.name} ({self.seconds:.1f} s)", flush=True)


def find(names):
    """The tests of these modules, or single ones by MODULE.TEST."""
    for name in names:
        module, _, wanted = name.partition(".")
        if module not in NAMES + ON_REQUEST:
            sys.exit(f"there is no test {module}; there are {', '.join(NAMES + ON_REQUEST)}")
        found = importlib.import_module(module)
        for function in vars(found).values():
            if callable(function) and getattr(function, "__module__", "") == module:
                result = Result(module, function)
                if function.__name__.startswith("test_") and wanted in ("", result.name.partition(".")[2]):
                    yield result, getattr(found, "BESIDE_OTHERS", False)


def main(names):
    if not os.access(BINARY, os.X_OK):
        sys.exit(f"there is no binary {BINARY}; build it, or name it with APUS")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    tests = list(find(names or NAMES))
    if not tests:
        sys.exit("there is no such test")
    aside = [(result, threading.Thread(target=result.run)) for result, beside in tests if beside]
    for _, thread in aside:
        thread.start()
    for result, beside in tests:
        if not beside:
            result.run()
            result.report()
    for result, thread in aside:
        thread.join()
        result.report()
    failed = sum(result.trouble is not None for result, _ in tests)
    skipped = sum(result.skipped is not None for result, _ in tests)
    if skipped:
        print(f"{skipped} skipped")
    print(f"{len(tests) - failed - skipped} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
