"""The lab of broken networks is true, and so are the proxies' configurations of docs/deploy: what can be told quickly."""

import os
import sys

from apus import ROOT, Skip, check

sys.path.insert(0, os.path.join(ROOT, "Tests/Lab"))

from proofs_unit import prove_unit, prove_unprivileged
from proving import outcomes, prove

RELAYS = [
    "good", "buffered", "killed-upgrade", "one-at-a-time", "swallowed-frames", "no-upgrade", "bad-gateway", "http-1.0",
    "captive-portal"]


def prove_all(names):
    found = list(outcomes(names))
    bad = [str(outcome) for outcome in found if outcome.trouble]
    check(not bad, "\n".join(bad))
    skipped = [outcome.skipped for outcome in found if outcome.skipped]
    if skipped:
        raise Skip(skipped[0])


def test_relays(folder):
    prove_all(RELAYS)


def test_nginx(folder):
    prove_all(["nginx", "nginx-no-upgrade", "nginx-http-1.0"])


def test_haproxy(folder):
    prove_all(["haproxy"])


def test_caddy(folder):
    prove_all(["caddy"])


def test_vanishing_packets(folder):
    prove("black-hole", folder)


def test_systemd_unit(folder):
    prove_unit(folder)


def test_unprivileged_server(folder):
    prove_unprivileged(folder)
