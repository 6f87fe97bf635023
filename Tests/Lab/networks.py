"""The networks of the lab, good and broken. Each is broken from its start and can be switched while it runs."""

import dataclasses
import socket
import threading
from collections.abc import Callable

import trouble
from apus import wait_for
from namespace import Namespace
from passages import carried
from proxies import Caddy, HAProxy, Nginx
from relay import Relay
from trouble import GOOD, Trouble


class Network:
    """To its clients it is a server, at the same address whatever becomes of it. `become` takes "good" or "broken"."""

    def connect(self, seconds=20):
        return socket.create_connection((self.host, self.port), seconds)

    @property
    def url(self):
        return f"http://{self.host}:{self.port}"

    def carried(self):
        return carried(self.passages)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class RelayNetwork(Network):
    def __init__(self, server, folder, broken, listener=None):
        self.broken = broken
        self.relay = Relay(server, broken, listener)
        self.host, self.port, self.passages = self.relay.host, self.relay.port, self.relay.passages

    def become(self, state):
        self.relay.become({"good": GOOD, "broken": self.broken}[state])

    def stop(self):
        self.relay.stop()


class LossyNetwork(RelayNetwork):
    """The relay listens in a namespace of its own, and packets are lost on the way there."""

    def __init__(self, server, folder, broken, percent):
        self.namespace, self.percent = Namespace(), percent
        try:
            super().__init__(server, folder, broken, self.namespace.listen())
            self.namespace.drop(percent)
        except BaseException:
            self.namespace.remove()
            raise

    def become(self, state):
        super().become(state)
        self.namespace.drop({"good": 0, "broken": self.percent}[state])

    def stop(self):
        try:
            super().stop()
        finally:
            self.namespace.remove()


class ProxyNetwork(Network):
    """A real proxy; broken are changes of the text that docs/deploy recommends."""

    def __init__(self, server, folder, proxy, broken=()):
        self.broken = broken
        self.proxy = proxy(server, folder, broken)
        self.host, self.port = self.proxy.host, self.proxy.port

    @property
    def passages(self):
        return self.proxy.passages()

    def become(self, state):
        self.proxy.change({"good": (), "broken": self.broken}[state])

    def stop(self):
        self.proxy.stop()


class RestartingNetwork(RelayNetwork):
    """The network is good, but the server is killed or asked to stop, in turn, and started again."""

    EVERY = 2.0

    def __init__(self, server, folder):
        super().__init__(server, folder, GOOD)
        self.server, self.failure, self.rounds = server, None, 0
        self.restarting, self.stopping = threading.Event(), threading.Event()
        self.idle = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.restarting.set()
        self.thread.start()

    def run(self):
        try:
            while not self.stopping.wait(self.EVERY):
                self.idle.clear()
                if self.restarting.is_set():
                    if self.rounds % 2:
                        self.server.stop()
                    self.server.restart()
                    self.rounds += 1
                self.idle.set()
        except Exception as failure:
            self.failure = failure

    def become(self, state):
        if state == "broken":
            return self.restarting.set()
        self.restarting.clear()
        self.idle.clear()
        wait_for(lambda: self.idle.is_set() or self.failure, "the last restart", 30)

    def stop(self):
        self.stopping.set()
        self.thread.join(40)
        super().stop()
        if self.failure:
            raise self.failure


@dataclasses.dataclass(frozen=True)
class Kind:
    """`make` takes a server and a folder. `phases`: what `lab.py run` makes of it, each with its seconds; the last stays."""

    sentence: str
    make: Callable
    phases: tuple = (("broken", None),)
    breaks: bool = True
    # Packets vanish: nobody is told that nothing passes.
    is_silent: bool = False


FOR_A_WHILE = (("broken", 8), ("good", None))
UPGRADE = "        proxy_set_header Upgrade $http_upgrade;\n"
CONNECTION = "proxy_set_header Connection $apus_connection;"
NGINX_NO_UPGRADE = ((UPGRADE, ""), (CONNECTION, 'proxy_set_header Connection "";'))
HAPROXY_BUFFERED = (
    ("    default_backend apus\n", "    http-response wait-for-body time 60s\n    default_backend apus\n"),)
NGINX_IDLE = (("proxy_read_timeout 90s;", "proxy_read_timeout 5s;"),)
NGINX_1_0 = (
    (UPGRADE, ""), (CONNECTION, "proxy_set_header Connection close;"),
    ("proxy_http_version 1.1;", "proxy_http_version 1.0; keepalive_timeout 0;"))
HAPROXY_IDLE = (
    ("timeout client 90s", "timeout client 5s"), ("timeout server 90s", "timeout server 5s"),
    ("timeout tunnel 90s", "timeout tunnel 5s"))


def relayed(sentence, phases=(("broken", None),), **fields):
    broken = Trouble(**fields)
    return Kind(sentence, lambda server, folder: RelayNetwork(server, folder, broken), phases, breaks=broken != GOOD)


def lossy(sentence, percent, phases=(("broken", None),), **fields):
    return Kind(
        sentence, lambda server, folder: LossyNetwork(server, folder, Trouble(**fields), percent), phases,
        is_silent=percent == 100)


def proxied(sentence, proxy, broken=()):
    return Kind(sentence, lambda server, folder: ProxyNetwork(server, folder, proxy, broken), breaks=bool(broken))


NETWORKS = {
    "good": relayed("a relay that everything passes through as it came"),
    "nginx": proxied("nginx as docs/deploy recommends it", Nginx),
    "haproxy": proxied("HAProxy as docs/deploy recommends it", HAProxy),
    "caddy": proxied("Caddy as docs/deploy recommends it", Caddy),
    "no-upgrade": relayed("the Upgrade header is dropped", drops_upgrade=True),
    "nginx-no-upgrade": proxied("nginx that was not told of Upgrade", Nginx, NGINX_NO_UPGRADE),
    "swallowed-frames": relayed("the upgrade is accepted, and the frames are swallowed", swallows_frames=True),
    "buffered": relayed("an answer is sent when it is complete", holds_answers=True),
    "haproxy-buffered": proxied("HAProxy that waits for the whole answer, or 16 KiB of it", HAProxy, HAPROXY_BUFFERED),
    "cut-after-3s": relayed("every connection is cut after 3 s", cuts_after=3.0),
    "cut-idle": relayed("idle connections are cut after 5 s", cuts_idle_after=5.0),
    "nginx-cut-idle": proxied("nginx that waits 5 s for a server", Nginx, NGINX_IDLE),
    "haproxy-cut-idle": proxied("HAProxy that waits 5 s for anybody", HAProxy, HAPROXY_IDLE),
    "bad-gateway": relayed("502 for a while", FOR_A_WHILE, answers=trouble.BAD_GATEWAY),
    "http-1.0": relayed("HTTP/1.0 without keep-alive", speaks_http_1_0=True),
    "nginx-http-1.0": proxied("nginx that speaks HTTP/1.0 to the server, and keeps no connection", Nginx, NGINX_1_0),
    "captive-portal": relayed("200 with HTML to everything, then open", FOR_A_WHILE, answers=trouble.PORTAL),
    "black-hole": lossy("packets vanish for a while", 100, (("good", 3), ("broken", 8), ("good", None))),
    "far-away": lossy("300 ms ± 100 ms each way, and 3 % of all packets are lost", 3, delay=(0.2, 0.4)),
    "restarts": Kind("the server is restarted every 2 s", RestartingNetwork),
    "killed-upgrade": relayed("the upgrade is accepted, then killed within 300 ms", cuts_upgraded_after=(0.05, 0.3)),
    "one-at-a-time": relayed(
        "no upgrade, answers are sent when they are complete, and one connection is served at a time",
        drops_upgrade=True, holds_answers=True, one_at_a_time=True),
}
