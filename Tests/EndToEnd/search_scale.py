"""Search over a million messages (APUS_MESSAGES): how long the index takes, what posting feels of it, and searches.

Prints its figures; fails only when a search takes longer than a person would wait. For a release build:
    APUS=.build/release/apus python3 Tests/EndToEnd/run.py search_scale
"""

import itertools
import os
import random
import sqlite3
import statistics
import threading
import time

from apus import Server, check, make_room, wait_for
from search import found, search

MESSAGES = int(os.environ.get("APUS_MESSAGES", 1_000_000))
WORDS = 50_000
SLOWEST = 1.0  # seconds; half of one is what a search may take before it answers with what it has
CHINESE = "今天下午三点开会讨论聊天服务器性能测试消息推送数据库连接用户房间权限登录注册密码验证邮件通知设置"


def sentences(count):
    """Ten words each, as frequent as words are (Zipf); every tenth message is in Chinese."""
    generator = random.Random(1)
    words = ["w%05x" % (number * 7919 % 1_048_573) for number in range(WORDS)]
    frequencies = list(itertools.accumulate(1 / (number + 1) for number in range(WORDS)))
    for number in range(count):
        if number % 10 == 0:
            yield "".join(generator.choices(CHINESE, k=20))
        else:
            yield " ".join(generator.choices(words, cum_weights=frequencies, k=10)) + (" 罕见 rarest" if number == 777 else "")


def fill(data, messages):
    """Writes messages past the server, as if they had been posted before there was search: every thousandth to the small
    room, the rest to the large one."""
    with sqlite3.connect(os.path.join(data, "apus.sqlite")) as database:
        head = database.execute("SELECT max(seq) FROM event").fetchone()[0]
        rooms = dict(database.execute("SELECT slug, key FROM room"))
        user = database.execute("SELECT key FROM user WHERE name = 'alice'").fetchone()[0]
        numbers = {"small": itertools.count(1), "large": itertools.count(1)}

        database.executemany(
            "INSERT INTO event (seq, audience, type, by, at, data, number) "
            "VALUES (?1, ?2, 'message.created', ?3, 0, json_object('number', ?5, 'text', ?4), ?5)",
            ((seq, rooms[slug], user, text, next(numbers[slug])) for seq, text in enumerate(sentences(messages), head + 1)
             for slug in ["small" if seq % 1000 == 0 else "large"]))


def size(data):
    with sqlite3.connect(os.path.join(data, "apus.sqlite")) as database:
        database.execute("PRAGMA wal_checkpoint")
        tables = dict(database.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))
    return tables["search_data"] + tables["search_idx"], tables["message"]


def times(client, query, repeats=15, **more):
    taken = []
    for _ in range(repeats):
        begun = time.monotonic()
        answer = search(client, query, **more)
        taken.append(time.monotonic() - begun)
        check(answer.status == 200, f"{query}: {answer}")
    page = answer.json
    print(f"  {query!s:32} {len(page['results']):3} found, more: {page['has_more']!s:5} "
          f"median {statistics.median(taken) * 1000:6.1f} ms, worst {max(taken) * 1000:6.1f} ms", flush=True)
    check(max(taken) < SLOWEST, f"a search for {query} {more} took {max(taken):.2f} s")


def test_a_million_messages(folder):
    with Server(folder, "--commands-per-second", "0") as server:
        alice, bob = server.client("alice"), server.client("bob")
        make_room(server, "large", alice)
        make_room(server, "small", alice, bob)
        make_room(server, "lounge", alice, bob)
        alice.say("lounge", "before")
        server.stop()
        fill(server.data, MESSAGES)
        server.start()
        alice.server = bob.server = server

        begun = time.monotonic()
        posts = []
        while found(alice, "rarest", limit=1)["seq"] < alice.sync()["seq"]:
            before = time.monotonic()
            bob.say("lounge", "posted while the index grows")
            posts.append(time.monotonic() - before)
            wait_for(lambda: time.monotonic() - before > 0.02, "the next post", 1)
        print(f"{MESSAGES} messages indexed in {time.monotonic() - begun:.1f} s; {len(posts)} posts meanwhile: "
              f"median {statistics.median(posts) * 1000:.1f} ms, worst {max(posts) * 1000:.1f} ms")
        index, messages = size(server.data)
        print(f"the index: {index / 1e6:.0f} MB beside {messages / 1e6:.0f} MB of messages")

        common, next_common, third = "w00000", "w01eef", "w03dde"
        for query, more in (
            ("rarest", {}), ("罕见", {}), ("见", {}), (common, {}), (f"{common} {next_common}", {}),
            (f'"{common} {next_common}"', {}), (f'"{common} {next_common} {third} {common} {third}"', {}),
            ("w0", {}), ("w01", {}), ("w01e", {}), ("w", {}), ("天", {}), ("天下", {}), ("下天", {}), ("服务器", {}),
            (f"{common} 天", {}), (common, {"room": "small"}), (common, {"room": "lounge"}),
        ):
            times(alice, query, **more)
        print("for bob, who is not in the large room:")
        for query in (common, f"{common} {next_common}", "rarest", "天", "w01"):
            times(bob, query)

        # Searches one after the other on both threads, while others post.
        stop = threading.Event()

        def hammer():
            while not stop.is_set():
                search(alice, f'"{common} {next_common} {third} {common} {third}"')

        threads = [threading.Thread(target=hammer) for _ in range(3)]
        for thread in threads:
            thread.start()
        posts = []
        for number in range(200):
            before = time.monotonic()
            bob.say("lounge", f"posted while others search {number}")
            posts.append(time.monotonic() - before)
        stop.set()
        for thread in threads:
            thread.join()
        print(f"posts beside 3 slow searches: median {statistics.median(posts) * 1000:.1f} ms, worst {max(posts) * 1000:.1f} ms")
