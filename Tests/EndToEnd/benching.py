"""A server under `apus bench`, and what every result of it must keep."""

import json
import subprocess
import threading

from apus import BINARY, Server, add_user, check, environment, run

UNLIMITED = ("--commands-per-second", "0", "--streams-per-user", "0")
TRANSPORTS = ["ws", "sse", "longpoll", "shortpoll"]


class Bench:
    """A server for the bench, and a user to load it as."""

    def __init__(self, folder, *arguments):
        self.server = Server(folder, *(arguments or UNLIMITED))
        self.token = add_user(self.server.data, "bench")
        self.url = f"http://127.0.0.1:{self.server.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.__exit__()

    def words(self, *arguments, url=None):
        return ("bench", arguments[0], "--url", url or self.url, "--token", self.token, *map(str, arguments[1:]))

    def run(self, *arguments, code=0, url=None):
        """The results of a load, and what it said on stderr."""
        done = run(*self.words(*arguments, "--json", "--quiet", url=url))
        check(done.returncode == code, f"{arguments}: exit code {done.returncode}, expected {code}: {done.stderr}")
        check(code != 0 or done.stderr == "", f"{arguments} is not quiet: {done.stderr!r}")
        report = json.loads(done.stdout)
        check(report["bench"] == arguments[0], report)
        return report["results"], done.stderr

    def refused(self, *arguments, says, code=1, url=None, **options):
        done = run(*self.words(*arguments, "--quiet", url=url), **options)
        what = f"{arguments}: exit code {done.returncode}, stderr {done.stderr!r}, stdout {done.stdout!r}"
        check(done.returncode == code and done.stdout == "" and done.stderr.startswith("apus: "), what)
        for word in says:
            check(word in done.stderr, f"{what}; it should speak of {word!r}")

    def during(self, *arguments, then, lines=1, code=0):
        """Runs a load, and does something each time that it has told of its progress, `lines` times at most."""
        process = subprocess.Popen(
            [BINARY, *self.words(*arguments, "--json")], env=environment(), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        killer = threading.Timer(60, process.kill)
        killer.start()
        said = []
        while len(said) < lines and (line := process.stderr.readline()):
            if "connecting" not in line:
                said.append(line)
                then(process, len(said))
        out, errors = process.communicate()
        killer.cancel()
        check(process.returncode == code, f"{arguments}: exit code {process.returncode}: {said} {errors}")
        return json.loads(out)["results"], said, errors


def check_times(times, count=1):
    ordered = [times[name] for name in ("p50", "p90", "p99", "p99_9", "max")]
    check(ordered == sorted(ordered), f"percentiles in disorder: {times}")
    check(count == 0 or 0 < ordered[0], f"no times: {times}")


def check_clean(result):
    faults = ("lost", "doubled", "out_of_order", "gaps", "unacknowledged", "reconnects", "resets")
    wrong = {name: result[name] for name in faults if result.get(name, 0) != 0}
    check(not wrong, f"{wrong} in {result}")
