"""The command-line client: what is sent and tailed is the log, whatever happens to the server and the program."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time

from apus import BINARY, ROOT, Server, check, environment, make_room, run, wait_for
from ledger import Ledger

sys.path.insert(0, os.path.join(ROOT, "Tests/Lab"))

from relay import Relay
from trouble import Trouble

UNLIMITED = ("--commands-per-second", "0", "--streams-per-user", "0")


def url(server):
    return f"http://{server.host}:{server.port}"


class Program:
    """A command of the client that runs; its lines of JSON are `events` and `statuses`."""

    def __init__(self, *arguments, token, env=None):
        self.process = subprocess.Popen(
            [BINARY, *arguments], env=environment(**{"APUS_TOKEN": token} | (env or {})), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.events, self.statuses, self.others, self.errors = [], [], [], []
        self.threads = [threading.Thread(target=self.read, daemon=True), threading.Thread(target=self.complain, daemon=True)]
        for thread in self.threads:
            thread.start()

    def read(self):
        for line in self.process.stdout:
            try:
                value = json.loads(line)
            except ValueError:
                value = line.rstrip("\n")
            if isinstance(value, dict) and "event" in value:
                self.events.append(value["event"])
            elif isinstance(value, dict) and "status" in value:
                self.statuses.append(value["status"])
            else:
                self.others.append(value)

    def complain(self):
        for line in self.process.stderr:
            self.errors.append(line.rstrip("\n"))

    @property
    def texts(self):
        return [event["data"]["text"] for event in list(self.events) if event["type"] == "message.created"]

    def wait_live(self, seconds=30):
        wait_for(lambda: any(status["state"] == "live" for status in self.statuses), lambda: f"a connection: {self}", seconds)

    def end(self, number=signal.SIGTERM, seconds=20):
        """Its exit code, when everything that it said has been read."""
        if number:
            self.process.send_signal(number)
        code = self.process.wait(seconds)
        for thread in self.threads:
            thread.join(10)
        return code

    def __repr__(self):
        return f"<{len(self.events)} events, {self.statuses[-3:]}, {self.others[-3:]}, {self.errors[-3:]}>"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def tail(server, client, *options):
    return Program("tail", url(server), "--json", *options, token=client.token)


def send(server, client, *arguments, **options):
    return run("send", url(server), *arguments, env={"APUS_TOKEN": client.token}, **options)


def test_send_and_tail(folder):
    with Server(folder, *UNLIMITED) as server:
        alice, bob = server.client("alice"), server.client("bob")
        make_room(server, "general", alice, bob)
        with tail(server, alice) as seen, Program("tail", url(server), "--room", "general", token=bob.token) as words:
            seen.wait_live()
            wait_for(lambda: "apus: Connected." in words.errors, lambda: f"a connection: {words}")
            done = send(server, bob, "general", "hello", "--id", "only", "--json")
            check(done.returncode == 0 and json.loads(done.stdout)["number"] == 1, done)
            again = send(server, bob, "general", "hello", "--id", "only", "--json")
            check(json.loads(again.stdout)["repeated"] is True, again)
            done = send(server, bob, "general", "\x1b[31mred\nlines")
            check(done.returncode == 0 and done.stdout == "", done)
            wait_for(lambda: len(seen.texts) == 2, lambda: f"two messages: {seen}")
            check(seen.texts == ["hello", "\x1b[31mred\nlines"], seen.texts)
            wait_for(lambda: len(words.others) == 2, lambda: f"two lines: {words}")
            check(words.others[0].endswith(" general bob: hello"), words.others)
            check(words.others[1].endswith(" general bob: \ufffd[31mred⏎lines"), words.others)
            check(seen.end() == 0 and words.end(signal.SIGINT) == 0, f"{seen} {words}")


class Sending:
    """`apus send` with a file, which is fed with lines."""

    def __init__(self, server, client, file):
        self.process = subprocess.Popen(
            [BINARY, "send", url(server), "general", "--json", "--file", file], env=environment(APUS_TOKEN=client.token),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1)

    def say(self, *lines):
        self.process.stdin.write("".join(line + "\n" for line in lines))

    def answer(self):
        return json.loads(self.process.stdout.readline())["number"]

    def end(self):
        """Its exit code, what else it has answered, and its complaints."""
        answers, errors = self.process.communicate(timeout=60)
        return self.process.returncode, [json.loads(line)["number"] for line in answers.splitlines()], errors

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


def test_lines_do_not_wait_for_each_other(folder):
    """Each of them alone would take more than half a second."""
    lines = [f"line {number}" for number in range(60)]
    with Server(folder, *UNLIMITED) as server, Relay(server, Trouble(delay=(0.3, 0.3))) as slow:
        alice = server.client("alice")
        make_room(server, "general", alice)
        with Sending(slow, alice, os.path.join(folder, "a")) as sending:
            sending.say("", lines[0])
            check(sending.answer() == 1, "the first line is answered while others may come")
            begun = time.monotonic()
            sending.say(*lines[1:])
            done = sending.end()
            check(done[:2] == (0, list(range(2, 61))), done)
            check(time.monotonic() - begun < 15, f"59 lines have taken {time.monotonic() - begun:.1f} s")
        check([message["text"] for message in Ledger(server.data).messages] == lines, Ledger(server.data).messages)


def test_lines_that_were_read_are_sent_by_the_next_one(folder):
    lines, file = [f"line {number}" for number in range(60)], os.path.join(folder, "outbox")
    with Server(folder, *UNLIMITED) as server, Relay(server, Trouble(delay=(0.3, 0.3))) as slow:
        alice = server.client("alice")
        make_room(server, "general", alice)
        with Sending(slow, alice, file) as sending:
            sending.say(lines[0])
            check(sending.answer() == 1, "no first answer")
            sending.say(*lines[1:])

            def kept():
                with open(file, encoding="utf-8") as text:
                    return text.read()

            wait_for(lambda: '"line 59"' in kept(), "the last line to be in the file")
            sending.process.kill()
        done = send(server, alice, "general", "the last", "--file", file)
        check(done.returncode == 0, done)
        said = [message["text"] for message in Ledger(server.data).messages]
        check(said == [*lines, "the last"], said)


def test_a_line_that_is_refused_is_the_last_that_is_read(folder):
    with Server(folder, *UNLIMITED) as server:
        alice = server.client("alice")
        make_room(server, "general", alice)
        with Sending(server, alice, os.path.join(folder, "a")) as sending:
            sending.say("first", "x" * 10_001, *[f"line {number}" for number in range(1_000)])
            code, numbers, errors = sending.end()
        said = [message["text"] for message in Ledger(server.data).messages]
        check(code == 1 and "Line 2 was refused" in errors and "(too_large)" in errors, f"{code} {errors}")
        check(numbers == list(range(1, len(said) + 1)), f"{numbers} for {len(said)} messages")
        check(said == ["first", *[f"line {number}" for number in range(len(said) - 1)]], said)
        check(len(said) <= 100, f"{len(said)} were said")


def test_trouble_is_told(folder):
    with Server(folder, *UNLIMITED) as server:
        alice = server.client("alice")
        make_room(server, "general", alice)
        for arguments, words, code in (
            (("send", url(server), "nowhere", "x"), "no_such_room", 1),
            (("send", url(server), "general", ""), "invalid_field", 1),
            (("send", "chat.example", "general", "x"), "The server's address is like https://", 2),
            (("tail", url(server), "--file", "/nowhere/x"), "Cannot open /nowhere/x.lock: No such file", 1),
        ):
            done = run(*arguments, env={"APUS_TOKEN": alice.token})
            check(done.returncode == code and words in done.stderr, f"{arguments}: {done}")
        for command in (("tail", url(server)), ("send", url(server), "general", "x")):
            done = run(*command, env={"APUS_TOKEN": "apus_wrong"})
            check(done.returncode == 1 and "does not take this token (401)" in done.stderr, f"{command}: {done}")
            done = run(*command)
            check(done.returncode == 2 and "--token" in done.stderr, f"{command}: {done}")


def test_what_is_not_sent_is_told(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    file = folder + "/kept"
    for options, words in ((), "Nothing is kept"), (("--file", file), f"kept in {file}"):
        with Program("send", nobody, "general", "hello", *options, token="apus_x") as program:
            wait_for(lambda: program.errors, lambda: f"a word about the connection: {program}")
            code = program.end()
            check(code == 1 and "Not sent" in program.errors[-1] and words in program.errors[-1], f"{code}: {program}")


def test_a_reader_that_goes_away_ends_it_quietly(folder):
    with Server(folder, *UNLIMITED) as server:
        alice = server.client("alice")
        make_room(server, "general", alice)
        process = subprocess.Popen(
            [BINARY, "tail", url(server), "--json"], env=environment(APUS_TOKEN=alice.token), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            line = process.stdout.readline()
            while '"live"' not in line:
                check(line, "tail ended before it was connected")
                line = process.stdout.readline()
            process.stdout.close()
            alice.say("general", "into nowhere")
            code, errors = process.wait(20), process.stderr.read()
            check(code == 0 and errors == "", f"{code}: {errors}")
        finally:
            process.kill()
            process.stderr.close()
        with open("/dev/full", "w") as full:
            for arguments in ("send", url(server), "general", "x", "--json"), ("user", "list", "--data", server.data), ("--version",):
                done = subprocess.run(
                    [BINARY, *arguments], env=environment(APUS_TOKEN=alice.token), stdin=subprocess.DEVNULL, stdout=full,
                    stderr=subprocess.PIPE, text=True, timeout=20)
                check(done.returncode == 1 and "No space left" in done.stderr, f"{arguments}: {done}")


class Poster(threading.Thread):
    """Says lines through `apus send`, which is killed now and then and started again with its file and what it has not
    confirmed; the ids are made from the numbers, so that nothing is said twice."""

    def __init__(self, server, client, file, count, kills):
        super().__init__(daemon=True)
        self.server, self.client, self.file, self.count, self.kills = server, client, file, count, kills
        self.current, self.failure, self.confirmed = None, None, 0
        self.start()

    def run(self):
        try:
            for number in range(self.count):
                while True:
                    self.current = Program(
                        "send", url(self.server), "general", f"message {number}", "--id", f"m-{number}", "--file",
                        self.file, token=self.client.token)
                    with self.current:
                        code = self.current.end(None, 120)
                    if code == 0:
                        self.confirmed += 1
                        break
                    check(code == -signal.SIGKILL, f"apus send: {code}, {self.current}")
        except BaseException as failure:
            self.failure = failure


def test_nothing_is_lost_doubled_or_out_of_order(folder):
    """Killed are the server, the poster and the reader, at random; the network is the server's going and coming."""
    dice = random.Random(int(os.environ.get("APUS_SEED", random.randrange(1 << 30))))
    with Server(folder, *UNLIMITED) as server:
        alice, bob = server.client("alice"), server.client("bob")
        make_room(server, "general", alice, bob)
        position = os.path.join(folder, "alice.json")
        seen = []
        reader = tail(server, alice, "--file", position)
        reader.wait_live()
        poster = Poster(server, bob, os.path.join(folder, "bob.json"), 40, dice)
        wait_for(lambda: poster.current, "apus send to be started")

        def restart_reader(number):
            nonlocal reader
            reader.end(number)
            seen.append(reader.events)
            reader = tail(server, alice, "--file", position)

        try:
            for _ in range(8):
                before = poster.confirmed
                match dice.choice(["server", "server", "stop", "reader", "reader killed", "poster"]):
                    case "server":
                        server.restart()
                    case "stop":
                        server.stop()
                        server.restart()
                    case "reader":
                        restart_reader(signal.SIGTERM)
                    case "reader killed":
                        restart_reader(signal.SIGKILL)
                    case "poster":
                        poster.current.process.kill()
                wait_for(
                    lambda: poster.confirmed > before + 2 or not poster.is_alive(),
                    lambda: f"posts to go on: {poster.confirmed}, {poster.current}, {poster.failure}", 60)
            poster.join(120)
            check(not poster.is_alive() and not poster.failure, f"{poster.failure}")
            last = f"message {poster.count - 1}"
            wait_for(lambda: last in reader.texts, lambda: f"{last}: {reader}", 60)
            check(reader.end() == 0, reader)
            seen.append(reader.events)
        finally:
            reader.process.kill()
        said = [message["text"] for message in Ledger(server.data).messages]
        check(said == [f"message {number}" for number in range(poster.count)], f"the log has {said}")
        # One that was killed had not told its file of its last second, and says so by beginning there again.
        texts, last_seq = [], 0
        for events in seen:
            seqs = [event["seq"] for event in events]
            check(seqs == sorted(set(seqs)), f"out of order or twice in one run: {seqs}")
            texts += [event["data"]["text"] for event in events
                      if event["seq"] > last_seq and event["type"] == "message.created"]
            last_seq = max([last_seq, *seqs])
        check(texts == said, f"the reader saw {texts}")


class Bot:
    """`Examples/EchoBot` with a file in its folder, behind a network."""

    def __init__(self, network, token, folder):
        self.file = os.path.join(folder, "echo-bot.json")
        self.start = lambda: subprocess.Popen(
            [os.path.join(os.path.dirname(BINARY), "echo-bot"), f"http://{network.host}:{network.port}"], cwd=folder,
            env=environment(APUS_TOKEN=token), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.process = self.start()

    @property
    def kept(self):
        """What it would know after being killed now."""
        try:
            with open(self.file, encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def kill(self):
        self.process.kill()
        self.process.wait()


def test_the_example_bot_answers_once(folder):
    """Killed at each place between a question and its answer; the network is so slow that there is time for it."""
    with Server(folder, *UNLIMITED) as server, Relay(server, Trouble(delay=(0.3, 0.4))) as slow:
        alice, echo = server.client("alice"), server.client("echo")
        make_room(server, "general", alice, echo)

        def said():
            return [message["text"] for message in alice.get("/v1/rooms/general/messages?limit=200").json["messages"]]

        bot = Bot(slow, echo.token, folder)
        try:
            wait_for(lambda: '"cursor"' in bot.kept, lambda: f"the bot to have a position: {bot.kept!r}")
            alice.say("general", "!echo awake")
            wait_for(lambda: "awake" in said(), lambda: f"an answer: {said()}")
            for when, is_there, is_kept in (
                ("before it hears the question", lambda _: True, False),
                ("before its answer is there", lambda id: id in bot.kept, True),
                ("before it hears that its answer is there", lambda id: said()[-1] != "!echo " + when, True),
            ):
                id = f"echo-{alice.say('general', f'!echo {when}')['seq']}"
                wait_for(lambda: is_there(id), lambda: f"the bot to be killed {when}: {said()}, {bot.kept!r}")
                bot.kill()
                check((id in bot.kept) == is_kept, f"it was not killed {when}: {bot.kept!r}")
                bot.process = bot.start()
                wait_for(lambda: when in said(), lambda: f"an answer after it was killed {when}: {said()}")
            alice.say("general", "!echo over")
            wait_for(lambda: "over" in said(), lambda: f"the last answer: {said()}")
        finally:
            bot.kill()
        answers = [text for text in said() if not text.startswith("!")]
        check(len(answers) == len(set(answers)) == 5, f"not each question was answered once: {said()}")
