"""The client behind every network of the lab, in short; `script/lab --client` does it at length."""

import os
import sys

from apus import ROOT, Skip, check

sys.path.insert(0, os.path.join(ROOT, "Tests/Lab"))

from client_run import run_all
from networks import NETWORKS

# It mostly waits.
BESIDE_OTHERS = True


def test_nothing_is_lost_whatever_the_network(folder):
    skipped, bad = [], []
    for name, _, trouble in run_all(20, list(NETWORKS), 5):
        if isinstance(trouble, Skip):
            skipped.append(f"{name}: {trouble}")
        elif trouble:
            bad.append(f"{name}: {trouble}")
    check(not bad, "\n".join(bad))
    if skipped:
        raise Skip("; ".join(skipped))
