"""A network namespace with one link to ours, on which nftables drops packets."""

import ctypes
import itertools
import os
import random
import re
import shutil
import socket
import subprocess
import threading

from apus import Skip

CLONE_NEWNET = 0x40000000
numbers = itertools.count()


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


class Namespace:
    """Needs root, `ip` and `nft`."""

    def __init__(self):
        if os.geteuid() != 0:
            raise Skip("a network namespace needs root")
        for program, package in (("ip", "iproute2"), ("nft", "nftables")):
            if not shutil.which(program):
                raise Skip(f"there is no {program} (package {package}); script/setup lab installs it")
        number = next(numbers)
        self.name, self.link = f"apus-lab-{os.getpid()}-{number}", f"al{os.getpid() % 10_000_000}n{number}"
        # RFC 2544's network for benchmarks is nobody's on the Internet.
        block = random.randrange(0, 1 << 17, 4)
        self.outside, self.inside = (f"198.{18 + (block >> 16)}.{block >> 8 & 255}.{(block & 255) + n}" for n in (1, 2))
        try:
            run("ip", "netns", "add", self.name)
        except OSError as refusal:
            raise Skip(f"this machine makes no network namespaces: {refusal}") from None
        try:
            self.lay()
        except BaseException:
            self.remove()
            raise

    def lay(self):
        run("ip", "link", "add", self.link, "type", "veth", "peer", "name", "lab", "netns", self.name)
        run("ip", "address", "add", f"{self.outside}/30", "dev", self.link)
        run("ip", "link", "set", self.link, "up")
        run("ip", "-n", self.name, "address", "add", f"{self.inside}/30", "dev", "lab")
        run("ip", "-n", self.name, "link", "set", "lab", "up")
        self.nft("add table inet lab")
        for hook in ("input", "output"):
            self.nft(f"add chain inet lab {hook} {{ type filter hook {hook} priority 0 ; }}")

    def nft(self, *words):
        return run("ip", "netns", "exec", self.name, "nft", *words)

    def drop(self, percent):
        """How many of a hundred packets are lost, each way; 0 heals."""
        rule = "counter drop" if percent == 100 else f"numgen random mod 100 < {percent} counter drop"
        for hook in ("input", "output"):
            self.nft("flush", "chain", "inet", "lab", hook)
            if percent:
                self.nft(f"add rule inet lab {hook} {rule}")

    @property
    def dropped(self):
        """Packets since the last change."""
        return sum(int(count) for count in re.findall(r"packets (\d+)", self.nft("list", "ruleset")))

    def listen(self):
        """A listening socket inside, for whoever holds it, wherever that is."""
        made = []

        def enter_and_listen():
            # Only this thread changes its namespace; the socket keeps the one that it was made in.
            libc = ctypes.CDLL(None, use_errno=True)
            with open(f"/run/netns/{self.name}", encoding="utf-8") as namespace:
                if libc.setns(namespace.fileno(), CLONE_NEWNET):
                    made.append(OSError(ctypes.get_errno(), f"setns into {self.name}"))
                else:
                    made.append(socket.create_server((self.inside, 0), backlog=1024))

        thread = threading.Thread(target=enter_and_listen)
        thread.start()
        thread.join()
        if isinstance(made[0], OSError):
            raise made[0]
        return made[0]

    def remove(self):
        """The link goes with it."""
        subprocess.run(["ip", "link", "delete", self.link], capture_output=True)
        run("ip", "netns", "delete", self.name)
