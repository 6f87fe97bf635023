"""`apus bench` against a real server: figures that add up and agree with the log."""

import re
import signal

from apus import check, run
from benching import TRANSPORTS, Bench, check_clean, check_times
from ledger import Ledger


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
