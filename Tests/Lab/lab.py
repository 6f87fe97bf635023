#!/usr/bin/env python3
"""The lab of broken networks.

    lab.py list                            the networks
    lab.py check [NETWORK…]                proves that each is broken in its way, and that the good ones are good
    lab.py run NETWORK -- COMMAND {url}    runs a command against a server behind a network
    lab.py client MESSAGES [NETWORK…]      switches each network under `apus tail` and `apus send`; with all of them the
                                           result is in docs/networks.md
    lab.py browser MESSAGES [NETWORK…]     the same under a page in a browser; needs the Python of .build-python

`run` puts the network's address for {url} and the server's data folder for {data}, gives the command the token of an
account as APUS_TOKEN, and ends with its exit code. The last line that it prints is JSON: which transports carried how
many bytes, as the network (its log, where it is a real proxy) tells. APUS is the server's binary.
"""

import functools
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[1:1] = [os.path.join(os.path.dirname(HERE), part) for part in ("EndToEnd", "Browser")]

import report
import restart
from apus import BINARY, Server, Skip, add_user
from browser import pages
from client_run import run_all
from networks import NETWORKS
from programs import Programs
from proofs_unit import prove_unit, prove_unprivileged
from proving import GOOD, Outcome, outcomes
from tab import Tab


# They mostly wait, but for the processor, too, and their times are held to limits.
CLIENTS_AT_ONCE = 4


def known(names):
    for name in names:
        if name not in NETWORKS:
            sys.exit(f"there is no network {name!r}; there are {', '.join(NETWORKS)}")
    return names


def show_list():
    for name, kind in NETWORKS.items():
        print(f"{name:18} {kind.sentence}")
    return 0


def check_networks(names):
    quick = known(names) or list(NETWORKS)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    everything = list(outcomes_printed(outcomes(quick, [name for name in quick if name in GOOD])))
    if not names:
        everything += outcomes_printed(
            Outcome(title, proof) for title, proof in (("systemd unit", prove_unit), ("without privileges", prove_unprivileged)))
    for outcome in everything:
        counts["failed" if outcome.trouble else "skipped" if outcome.skipped else "passed"] += 1
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    return 1 if counts["failed"] else 0


def outcomes_printed(some):
    for outcome in some:
        print(outcome, flush=True)
        yield outcome


def go_through(network, phases, over):
    """The first phase is there already."""
    for (_, seconds), (state, _) in zip(phases, phases[1:]):
        if over.wait(seconds):
            return
        print(f"lab: the network is {state} now", file=sys.stderr, flush=True)
        network.become(state)


def run_command(name, command):
    kind = NETWORKS[known([name])[0]]
    with tempfile.TemporaryDirectory(prefix="apus-lab-") as folder:
        inside = os.path.join(folder, "network")
        os.mkdir(inside)
        with Server(folder, "--commands-per-second", "0", "--streams-per-user", "0") as server:
            token = add_user(server.data, "lab")
            over = threading.Event()
            with kind.make(server, inside) as network:
                if kind.phases[0][0] != "broken":
                    network.become(kind.phases[0][0])
                phases = threading.Thread(target=go_through, args=(network, kind.phases, over))
                phases.start()
                try:
                    filled = [part.replace("{url}", network.url).replace("{data}", server.data) for part in command]
                    code = subprocess.run(filled, env=os.environ | {"APUS_TOKEN": token}).returncode
                finally:
                    over.set()
                    phases.join()
            # Proxies write what they carried when they have ended.
            print(json.dumps({"network": name, "carried": network.carried()}))
    return code if code >= 0 else 128 - code


def run_clients(make_client, title, count, names, arguments=(), more=()):
    """Written down is the whole or nothing; `more` makes what stands beside it, when the machine is quiet again."""
    results, failed = [], 0
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    wanted = known(names) or list(NETWORKS)
    for name, measured, trouble in run_all(make_client, count, wanted, CLIENTS_AT_ONCE, is_quiet=True, arguments=arguments):
        if isinstance(trouble, Skip):
            print(f"skip {name}: {trouble}", flush=True)
        elif trouble:
            failed += 1
            print(f"FAIL {name}: {trouble}", flush=True)
        else:
            results.append(measured)
            print(f"ok   {measured}", flush=True)
    if len(results) == len(NETWORKS):
        report.write(report.table(title, results, count), *(make() for make in more))
    print(f"{len(results)} networks, {failed} failed")
    return 1 if failed else 0


def run_programs(count, names):
    return run_clients(Programs, report.PROGRAMS, count, names, more=[restart.table])


def run_tabs(count, names):
    with pages() as origin:
        make_tab = functools.partial(Tab, origin)
        return run_clients(make_tab, report.TABS, count, names, arguments=("--allowed-origins", origin))


def main(arguments):
    if not os.access(BINARY, os.X_OK):
        sys.exit(f"there is no binary {BINARY}; build it, or name it with APUS")
    match arguments:
        case ["list"]:
            return show_list()
        case ["check", *names]:
            return check_networks(names)
        case ["client", count, *names] if count.isdecimal():
            return run_programs(int(count), names)
        case ["browser", count, *names] if count.isdecimal():
            return run_tabs(int(count), names)
        case ["run", name, "--", *command] if command:
            try:
                return run_command(name, command)
            except (Skip, FileNotFoundError) as reason:
                sys.exit(f"lab.py: {reason}")
        case _:
            sys.exit(__doc__.strip())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
