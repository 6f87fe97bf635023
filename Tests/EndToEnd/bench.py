"""`apus bench` against a real server: figures that add up, sentences that help, and faults that it must see."""

import json
import re
import resource
import signal
import socket
import subprocess
import threading

from apus import BINARY, Server, add_user, check, environment, run
from ledger import Ledger
from websocket import decode

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


def test_fanout_adds_up_over_each_transport(folder):
    with Bench(folder) as bench:
        # Without warming up everything is measured, so the figures must agree with the log.
        results, _ = bench.run(
            "fanout", "--transport", "all", "--readers", 9, "--rooms", 2, "--in-flight", 3, "--seconds", 1,
            "--warm-up", 0, "--poll-every", 0.05)
        check([result["transport"] for result in results] == TRANSPORTS, results)
        for result in results:
            check_clean(result)
            check_times(result["delivery_us"])
            check_times(result["acknowledged_us"])
            check(result["messages"] > 0 and result["seconds"] >= 1 and not result["interrupted"], result)
            # Two rooms in turn, five readers in the first and four in the second.
            half, odd = divmod(result["messages"], 2)
            check(result["deliveries"] == result["expected_deliveries"] == half * 9 + odd * 5, result)
            rate = result["deliveries"] / result["seconds"]
            # What was still on its way when time was up is delivered, but belongs to no second that was measured.
            check(0 < result["deliveries_per_second"] <= 1.1 * rate, result)
        ledger = Ledger(bench.server.data)
        check(len(ledger.messages) == sum(result["messages"] for result in results), "the log has other messages")
        check(all(len(message["text"]) == 128 for message in ledger.messages), "texts have another size")


def test_warming_up_is_not_measured(folder):
    with Bench(folder) as bench:
        (result,), _ = bench.run("fanout", "--readers", 2, "--rate", 50, "--seconds", 1, "--warm-up", 1)
        check_clean(result)
        posted = len(Ledger(bench.server.data).messages)
        # A machine that is busy sends less than was asked for, never more.
        check(0 < result["messages"] <= 50 and result["messages"] < posted <= 100, f"{posted} posted, {result}")
        check(result["deliveries"] == 2 * result["messages"], result)


def test_a_paused_server_shows_in_the_latencies(folder):
    with Bench(folder) as bench:
        def pause(_, line):
            bench.server.process.send_signal(signal.SIGSTOP if line == 1 else signal.SIGCONT)

        (result,), _, _ = bench.during(
            "fanout", "--readers", 3, "--rate", 100, "--seconds", 4, "--warm-up", 0, then=pause, lines=2)
        check_clean(result)
        # For a second of four nothing went: a quarter of the messages was late, by half a second on average.
        check(100 <= result["messages"] <= 400, result)
        for times in (result["delivery_us"], result["acknowledged_us"]):
            check_times(times)
            check(times["p90"] > 300_000 and times["max"] > 700_000, f"a pause of the server was omitted: {result}")


def test_a_bench_that_was_late_says_so(folder):
    with Bench(folder) as bench:
        def pause(process, _):
            process.send_signal(signal.SIGSTOP)
            # A poll that waits a second: the bench cannot send what is due in it.
            answer = bench.server.get("/v1/stream?rooms=none&wait=1", {"Authorization": f"Bearer {bench.token}"})
            check(answer.status == 200, answer)
            process.send_signal(signal.SIGCONT)

        (result,), _, _ = bench.during(
            "fanout", "--readers", 3, "--rate", 100, "--seconds", 4, "--warm-up", 0, then=pause)
        check_clean(result)
        check(100 <= result["messages"] <= 400, result)
        for times in (result["delivery_us"], result["acknowledged_us"]):
            check(times["p90"] > 300_000 and times["max"] > 700_000, f"what was sent late counts as timely: {result}")


def test_readers_and_posters_survive_a_restart(folder):
    with Bench(folder) as bench:
        bench.server.port = int(bench.url.rpartition(":")[2])
        for transport in ("ws", "sse", "longpoll"):
            (result,), _, _ = bench.during(
                "fanout", "--transport", transport, "--readers", 5, "--rate", 50, "--seconds", 3, "--warm-up", 0,
                then=lambda *_: bench.server.restart())
            check(result["reconnects"] >= 6, f"five readers and a poster came back: {result}")
            check_clean(result | {"reconnects": 0})
            check(result["deliveries"] == 5 * result["messages"] >= 5 * 140, result)


def test_post_adds_up_over_each_way(folder):
    with Bench(folder) as bench:
        results, _ = bench.run(
            "post", "--connections", 3, "--rooms", 2, "--in-flight", 4, "--seconds", 1, "--warm-up", 0.2)
        check([result["over"] for result in results] == ["ws", "http"], results)
        for result in results:
            check_clean(result)
            check_times(result["acknowledged_us"])
            check(0 < result["messages"] < result["posted_in_all"], result)
        posted = sum(result["posted_in_all"] for result in results)
        check(len(Ledger(bench.server.data).messages) == posted, "the log has other messages")


def test_idle_over_each_transport(folder):
    with Bench(folder) as bench:
        results, _ = bench.run(
            "idle", "--transport", "all", "--readers", 30, "--seconds", 1, "--poll-every", 0.2, "--pid",
            bench.server.pid)
        check([result["transport"] for result in results] == TRANSPORTS, results)
        for result in results:
            check(result["alive"] == 30 and result["ended"] == 0 and result["heartbeats"] >= 30, result)
            check(result["connects_per_second"] > 0 and result["seconds"] >= 1, result)
            before, after = result["resident_bytes_before"], result["resident_bytes_after"]
            check(10 << 20 < before <= after + (8 << 20) and "resident_bytes_per_reader" in result, result)
        # The ticks of server-sent events come half a second and a second after the hello; polls go on and on.
        check(results[1]["heartbeats"] >= 60 and results[3]["heartbeats"] >= 90, results)


def test_idle_sees_streams_end(folder):
    with Bench(folder) as bench:
        for transport in ("ws", "sse", "longpoll", "shortpoll"):
            (result,), _, errors = bench.during(
                "idle", "--transport", transport, "--readers", 20, "--seconds", 2, code=1,
                then=lambda *_: bench.server.kill())
            check((result["alive"], result["ended"]) == (0, 20) and "20 streams" in errors, f"{result} {errors}")
            bench.server.port = int(bench.url.rpartition(":")[2])
            bench.server.start()


def test_interrupted_it_says_what_was_measured(folder):
    with Bench(folder) as bench:
        def interrupt(process, _):
            process.send_signal(signal.SIGINT)

        (result,), said, _ = bench.during(
            "fanout", "--transport", "all", "--readers", 3, "--seconds", 60, "--warm-up", 0, then=interrupt)
        check(result["interrupted"] and 0.5 < result["seconds"] < 30, result)
        check_clean(result)
        check(result["deliveries"] == 3 * result["messages"] > 0, result)
        check(re.search(r"^fanout over WebSocket: 1 of 60 s, [\d,.]+ messages/s, [\d,.]+ deliveries/s, p99 ", said[0]), said)
        (result,), _, _ = bench.during("post", "--over", "http", "--seconds", 60, "--warm-up", 0, then=interrupt)
        check_clean(result)
        (result,), _, _ = bench.during("idle", "--readers", 5, "--seconds", 60, then=interrupt)
        check(result["alive"] == 5 and result["seconds"] < 30, result)


def test_words(folder):
    with Bench(folder) as bench:
        done = run(*bench.words("fanout", "--readers", 2, "--seconds", 0.5, "--warm-up", 0))
        check(done.returncode == 0, done.stderr)
        for part in ("fanout over WebSocket: 2 readers in 1 room, 1 in flight, 128 bytes", "p99.9", "acknowledged",
                     "0 lost, 0 doubled, 0 out of order, 0 gaps; 0 reconnects, 0 resets"):
            check(part in done.stdout, f"{part!r} is not in {done.stdout}")


class Meddler:
    """Stands between the bench and the server, and spoils what a reader gets: WebSocket frames dropped, doubled or
    turned round."""

    def __init__(self, server, fault):
        self.server, self.fault = server, fault
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            server = self.server.connect()
            threading.Thread(target=self.pump, args=(client, server), daemon=True).start()
            threading.Thread(target=self.spoil, args=(server, client), daemon=True).start()

    @staticmethod
    def pump(source, target):
        try:
            while more := source.recv(65536):
                target.sendall(more)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one side is gone, and the other notices by itself

    def spoil(self, server, client):
        head = b""
        while b"\r\n\r\n" not in head:
            more = server.recv(65536)
            if not more:
                client.close()
                return
            head += more
        if b" 101 " not in head:
            client.sendall(head)
            return self.pump(server, client)
        head, _, rest = head.partition(b"\r\n\r\n")
        client.sendall(head + b"\r\n\r\n")
        buffer, held, events = bytearray(rest), None, 0
        try:
            while True:
                before = bytes(buffer)
                frame = decode(buffer)
                if frame is None:
                    more = server.recv(65536)
                    if not more:
                        return client.close()
                    buffer += more
                    continue
                raw = before[:len(before) - len(buffer)]
                events += b'"message.created"' in raw
                if b'"message.created"' in raw and events == 3:
                    if self.fault == "drop":
                        continue
                    if self.fault == "double":
                        raw += raw
                    if self.fault == "swap":
                        held = raw
                        continue
                client.sendall(raw)
                if held and b'"message.created"' in raw:
                    client.sendall(held)
                    held = None
        except OSError:
            pass  # the bench has gone


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
