"""The SDK behind every network of the lab, in short; `script/lab --browser` does it at length."""

import functools

from browser import pages
from client_run import prove_all
from tab import Tab


def test_nothing_is_lost_whatever_the_network(folder):
    with pages() as origin:
        prove_all(functools.partial(Tab, origin), arguments=("--allowed-origins", origin))
