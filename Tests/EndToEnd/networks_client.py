"""The client behind every network of the lab, in short; `script/lab --client` does it at length."""

import os
import sys

from apus import ROOT

sys.path.insert(0, os.path.join(ROOT, "Tests/Lab"))

from client_run import prove_all
from programs import Programs

# It mostly waits.
BESIDE_OTHERS = True


def test_nothing_is_lost_whatever_the_network(folder):
    prove_all(Programs)
