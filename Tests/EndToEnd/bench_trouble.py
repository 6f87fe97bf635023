"""`apus bench` where things go wrong: faults of a server that it must see, and sentences that help."""

import resource
import socket
import subprocess
import threading

from apus import BINARY, check, environment
from benching import Bench
from meddler import Meddler


def test_faults_of_a_server_are_seen(folder):
    with Bench(folder) as bench:
        for fault, name in (("drop", "lost"), ("double", "doubled"), ("swap", "out_of_order")):
            meddler = Meddler(bench.server, fault)
            (result,), errors = bench.run(
                "fanout", "--readers", 2, "--rate", 40, "--seconds", 1, "--warm-up", 0, url=meddler.url, code=1)
            # Once for each reader; more when the spoilt frame held more than one message.
            check(2 <= result[name] <= 40, f"{fault}: {result}")
            others = {"lost", "doubled", "out_of_order"} - {name}
            check(all(result[other] == 0 for other in others), f"{fault}: {result}")
            check(result["gaps"] >= 2, f"{fault}: from and to say so too: {result}")
            check(result["deliveries"] == result["expected_deliveries"] - result["lost"], f"{fault}: {result}")
            check("did not keep its promise" in errors, errors)
            meddler.listener.close()


def test_refusals_are_sentences(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with Bench(folder, "--commands-per-second", "20") as bench:
        for load in ("fanout", "post", "idle"):
            bench.refused(load, url=closed, says=[closed, "refused", "running"])
            bench.refused(load, url="https://127.0.0.1:1", says=["http://"], code=2)
            bench.refused(load, url="nonsense", says=["--url", "nonsense"], code=2)
            bench.refused(load, "--token", "wrong", says=["token", "apus token"])
        bench.refused("idle", url="http://no-such-host.invalid", says=["no-such-host.invalid"])
        # The default limits: 20 commands a second, and 20 streams.
        bench.refused("fanout", "--readers", 2, "--warm-up", 0, says=["apus serve", "--commands-per-second 0"])
        for way in ("ws", "http"):
            bench.refused("post", "--over", way, "--warm-up", 0, says=["apus serve", "--commands-per-second 0"])
        for transport in ("ws", "sse", "longpoll"):
            for load in ("fanout", "idle"):
                bench.refused(
                    load, "--transport", transport, "--readers", 30, says=["apus serve", "--streams-per-user 0"])
        bench.refused("idle", "--readers", 1, "--pid", 2 ** 31 - 1, says=["--pid"])
        bench.refused("fanout", "--readers", 2, "--rooms", 3, says=["--rooms"], code=2)
        bench.refused("fanout", "--in-flight", 2, "--rate", 3, says=["--in-flight", "--rate"], code=2)
        # Fewer open files than readers.
        done = subprocess.run(
            [BINARY, *bench.words("idle", "--readers", 500, "--quiet")], env=environment(), capture_output=True, text=True,
            timeout=60, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200)))
        check(done.returncode == 1 and "564 open files" in done.stderr and "200" in done.stderr, done)


def test_what_is_no_apus_server_is_told(folder):
    answers = {
        b"HTTP/1.0 404 Not Found\r\nContent-Length: 2\r\n\r\nno": "404",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}": "without a cursor",
        b"SSH-2.0-OpenSSH_9.2\r\n": "not HTTP",
    }
    with Bench(folder) as bench:
        for answer, says in answers.items():
            with socket.create_server(("127.0.0.1", 0)) as listener:
                def serve():
                    client = listener.accept()[0]
                    client.recv(65536)
                    client.sendall(answer)
                    client.recv(65536)
                    client.close()

                thread = threading.Thread(target=serve, daemon=True)
                thread.start()
                url = f"http://127.0.0.1:{listener.getsockname()[1]}"
                bench.refused("idle", url=url, says=["no Apus server", says])
