"""Behind a real nginx, with the file of docs/deploy: limits and the log see who asks, and nobody is believed who says to be another."""

import contextlib
import http.client
import os
import sys

from apus import ROOT, Server, check, exchange, wait_for
from people import PASSWORD, set_up

sys.path.insert(0, os.path.join(ROOT, "Tests/Lab"))

from proxies import Nginx

FORGED = "203.0.113.9"
# Every way of saying who one is that a proxy may hand on.
LIES = {"X-Forwarded-For": FORGED, "X-Real-IP": FORGED, "Forwarded": f"for={FORGED}"}


@contextlib.contextmanager
def behind_nginx(folder, *arguments):
    with Server(folder, "--trusted-proxies", "127.0.0.1", *arguments) as server:
        olga = set_up(server)
        place = os.path.join(folder, "nginx")
        os.mkdir(place)
        proxy = Nginx(server, place)
        try:
            yield server, proxy, olga
        finally:
            proxy.stop()


def connect(target, address):
    """A connection of the client at this address."""
    return http.client.HTTPConnection(target.host, target.port, timeout=20, source_address=(address, 0))


def ask(target, address, *request, **more):
    connection = connect(target, address)
    try:
        return exchange(connection, *request, **more)
    finally:
        connection.close()


def test_tries_and_the_log_are_of_the_client(folder):
    with behind_nginx(folder, "--sign-in-tries", "1") as (server, proxy, _):
        names = iter(f"stranger-{number}" for number in range(100))

        def tries(target, address, headers=None):
            body = {"name": next(names), "password": "not it at all"}
            return ask(target, address, "POST", "/v1/sessions", body, headers=headers).json["code"]
        # The set-up may have used up what the test's own address has.
        for address, headers, code in [
            ("127.0.0.2", None, "wrong_credentials"), ("127.0.0.2", None, "rate_limited"),
            ("127.0.0.2", LIES, "rate_limited"), ("127.0.0.3", LIES, "wrong_credentials"),
            ("127.0.0.3", LIES | {"X-Forwarded-For": "203.0.113.10"}, "rate_limited"),
        ]:
            check((came := tries(proxy, address, headers)) == code, f"{address} with {headers}: {came}, not {code}")
        # From outside without the proxy, which only the proxy should be able to do.
        check(tries(server, "127.0.0.4", LIES) == "wrong_credentials", "the first try of another address")
        check(tries(server, "127.0.0.4", {"X-Forwarded-For": "127.0.0.5"}) == "rate_limited", "the header is believed")
        body = {"name": "olga", "password": PASSWORD}
        signed_in = ask(proxy, "127.0.0.6", "POST", "/v1/sessions", body, headers=LIES)
        check(signed_in.status == 201, f"{signed_in}")
        log = server.log_text()
        refused = [line for line in log.splitlines() if "sign-in refused" in line]
        seen = [address for address in ("127.0.0.2", "127.0.0.3", "127.0.0.4") if any(f"address={address}" in line for line in refused)]
        check(len(seen) == len(refused) == 3, f"the log of refusals: {refused}")
        check([line for line in log.splitlines() if "signed in" in line and "address=127.0.0.6" in line], log)
        check("203.0.113." not in log, f"an address that somebody claimed is in the log: {log}")


def test_places_are_of_the_client(folder):
    with behind_nginx(folder, "--connections-per-address", "2") as (server, proxy, olga):
        def stream(address):
            connection = connect(proxy, address)
            connection.request("GET", "/v1/stream", headers=olga.authorization | {"Accept": "text/event-stream"} | LIES)
            check(connection.getresponse().status == 200, f"a stream of {address}")
            return connection

        def status(address):
            return ask(proxy, address, "GET", "/v1/sync", headers=olga.authorization | LIES).status
        first, second = stream("127.0.0.2"), stream("127.0.0.2")
        check(status("127.0.0.2") == 429, "a third place of one client")
        # All come by the same few connections of nginx, whose own places are not counted.
        check([status(f"127.0.0.{number}") for number in (3, 4, 3, 5, 3)] == [200] * 5, "the places of others")
        first.close()
        wait_for(lambda: status("127.0.0.2") == 200, "the place of a stream that has ended")
        second.close()
        lines = [line for line in server.log_text().splitlines() if "connections refused" in line]
        check(len(lines) == 1 and "127.0.0.2" in lines[0], f"who was refused: {lines}")
