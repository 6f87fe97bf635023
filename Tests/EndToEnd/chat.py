"""`apus chat` in a real terminal (tmux): what two people see of each other, whatever happens in between."""

import os
import re
import sys
from contextlib import ExitStack

from apus import ROOT, Server, check, environment, make_room, run, wait_for
from ledger import Ledger
from windows import Windows

sys.path.insert(0, os.path.join(ROOT, "Tests/Lab"))

from relay import Relay
from trouble import GOOD, Trouble

FAMILY = "👨‍👩‍👧"
README = os.path.join(ROOT, "README.md")


def test_two_people_talk(folder):
    with Server(folder) as server, Windows(folder) as windows:
        alice, bob = server.client("alice"), server.client("bob")
        make_room(server, "general", alice, bob)
        make_room(server, "lunch", alice, bob)
        hers, his = windows.chat(alice, server), windows.chat(bob, server, 40, 12)
        hers.sees("#general", "#lunch", "2 people · 2 here")
        his.type("Hello 你好世界")
        hers.sees("bob is typing…")
        his.sees("> Hello 你好世界")
        check(his.cursor == "16,10", f"the cursor stands behind what was typed, not at {his.cursor}")
        his.press("Left", "Left")
        wait_for(lambda: his.cursor == "12,10", lambda: f"the cursor to stand two characters before: {his.cursor}")
        his.press("End")
        his.say(f" {FAMILY}!")
        hers.sees(f"bob #1 Hello 你好世界 {FAMILY}!")
        hers.misses("is typing")
        his.sees("✓✓ read")
        hers.say("/reply 1 Two lines,")
        hers.sees("↳ #1 bob: Hello 你好世界")
        hers.type("one")
        hers.press("M-Enter")
        hers.type("two")
        hers.press("C-j")
        hers.type("three")
        hers.sees("> one", "  two", "  three")
        hers.press("Enter")
        his.sees("alice #3 one", "      two", "      three")
        hers.sees("alice #3 one", "three ✓✓ read")
        hers.press("Up")
        hers.sees("Editing #3.")
        hers.say("!")
        his.sees("three! (edited)")
        hers.press("C-n")
        hers.sees("#lunch  2 people")
        his.say("and now?")
        hers.sees(" #general         1 │")
        his.say("@alice look")
        hers.sees(" #general      @1 2 │")
        hers.press("C-p")
        hers.sees("bob #5 @alice look")
        hers.misses("@1 2")
        his.say("/delete")
        hers.sees("bob #5 (deleted)")
        his.resize(80, 24)
        his.sees(" #general           │", "three! (edited)")
        his.resize(40, 12)
        his.misses("│")
        his.sees("bob #5 (deleted)")
        hers.say("/search lines")
        hers.sees("general #2 alice: Two lines,")
        # tmux knows no synchronized output, so the screen may be looked at when only its upper half has come.
        wait_for(lambda: hers.screen.count("Two lines,") == 1, lambda: f"the line once:\n{hers.screen}")
        hers.press("Escape")
        hers.misses("Found for")
        hers.say("/dm bob")
        hers.sees("@bob  ● online")
        hers.say("psst")
        his.sees("1 new else")
        his.press("C-p")
        his.sees("psst")
        hers.sees("psst ✓✓ read")
        hers.say("/quit")
        hers.check_restored()
        his.press("C-c")
        his.check_restored()
        texts = [message["text"] for message in Ledger(server.data).messages if message["text"]]
        check(f"Hello 你好世界 {FAMILY}!" in texts and "one\ntwo\nthree!" in texts, texts)


def test_commands_about_messages_and_people(folder):
    with Server(folder) as server, Windows(folder) as windows:
        alice, bob = server.client("alice"), server.client("bob")
        server.client("carol")
        make_room(server, "general", alice, bob)
        for number in range(3):
            alice.say("general", f"hers {number}")
        bob.say("general", "his")
        hers, his = windows.chat(alice, server), windows.chat(bob, server)
        hers.sees("bob #4 his")
        his.say("/react 1 👍")
        hers.sees("hers 0 ✓✓ read\n" + " " * 20 + "│      👍 1\n")
        his.sees("      [👍 1]\n")
        hers.say("/react 1 +1")
        his.sees("      [👍 2]\n")
        his.say("/react 1 +1")
        his.sees("      👍 1\n")
        hers.say("/react heart")
        hers.sees("[❤️")
        wait_for(lambda: re.search("│      ❤️ +1\n", his.screen), lambda: f"a heart:\n{his.screen}")
        hers.say("/react 2 hello")
        hers.sees('is one emoji of at most', 'but "hello"')
        hers.say("/edit 1 hers, anew")
        his.sees("alice #1 hers, anew (edited)")
        hers.say("/edit 2")
        hers.sees("Editing #2.", "> hers 1")
        hers.say("!")
        his.sees("alice #2 hers 1! (edited)")
        his.say("/edit 3 not mine")
        his.sees("#3 is not yours")
        his.say("/reply 2 indeed")
        hers.sees("bob #5 ↳ #2 alice: hers 1!", "      indeed")
        hers.say("/delete 3")
        his.sees("alice #3 (deleted)")
        hers.say("/delete 4")
        hers.sees("Message 4 of \"general\" is not yours", "admins may delete it.")
        hers.press("Left")
        hers.say("/who")
        hers.sees("● here  alice", "● here  bob")
        hers.press("Escape")
        hers.misses("Who is in this room")
        hers.say("/dm carol")
        hers.sees("Nobody called carol is in your rooms, and only the server's")
        run("user", "role", "alice", "admin", "--data", server.data)
        hers.say("/dm nobody")
        hers.sees("Nobody on this server is called nobody.")
        hers.say("/dm Carol")
        hers.sees("@carol  ○ offline", "Here carol begins.")
        if os.environ.get("APUS_SHOW"):
            print(hers.screen, his.screen)


def test_killed_server_and_broken_networks(folder):
    """Nothing is lost, doubled or in another place, while the server dies and a proxy breaks one transport or another."""
    with Server(folder, "--commands-per-second", "0") as server, Windows(folder) as windows, ExitStack() as beside:
        alice, bob = server.client("alice"), server.client("bob")
        make_room(server, "general", alice, bob)
        relay = beside.enter_context(Relay(server, Trouble(drops_upgrade=True)))
        hers, his = windows.chat(alice, relay, 80, 40), windows.chat(bob, server, 80, 40)
        hers.sees("● SSE")
        his.sees("● WebSocket")
        said = []

        def talk(*people):
            for window in people:
                said.append(f"message {len(said)}.")
                window.say(said[-1])

        def seen(*people):
            for window in people:
                window.sees(said[-1], seconds=60)

        talk(hers, his)
        seen(hers, his)
        server.kill()
        hers.sees("no connection", "Reconnecting…")
        talk(hers)
        hers.sees("…   alice  message 2. …", "1 message waiting.")
        talk(hers)
        server.start()
        hers.sees("message 3. ✓", seconds=60)
        seen(his)
        relay.trouble = Trouble(drops_upgrade=True, holds_answers=True)
        relay.cut(lambda _: True)
        hers.sees("poll", seconds=60)
        talk(hers, hers)
        seen(his, hers)
        talk(his, hers, his)
        seen(hers, his)
        relay.trouble = GOOD
        hers.sees("● WebSocket", seconds=90)
        talk(hers)
        seen(his)
        for window in (hers, his):
            wait_for(lambda: "…  " not in window.screen, lambda: window.screen)
            order = [message["text"] for message in Ledger(server.data).messages]
            check(sorted(order) == sorted(said), f"{said} were said, the log has {order}")
            wait_for(
                lambda: re.findall(r"message \d+\.", window.screen) == order, lambda: f"{order} on:\n{window.screen}")


def test_an_attack_stays_text(folder):
    with Server(folder) as server, Windows(folder) as windows:
        alice, bob = server.client("alice"), server.client("bob")
        make_room(server, "general", alice, bob)
        window = windows.chat(alice, server)
        bob.say("general", "\x1b[2J\x1b]2;owned\x07\x1b[?1049l\x9b31m\u202edrow\x0e\x1bc")
        window.sees("#1 ␛[2J␛]2;owned␇␛[?1049l\ufffd31m\ufffddrow␎␛c", "> Say something")
        title = windows.ask("display-message", "-p", "-t", "alice", "#{pane_title},#{alternate_on}")
        check("owned" not in title and title.endswith(",1\n"), title)
        window.type("\x1b[200~rm -rf /\n\x1b[31mred\x1b[201~")
        window.sees("> rm -rf /", "  ␛[31mred")
        check("bob is typing" not in window.screen and "alice #2" not in window.screen, "a paste says nothing")


def test_the_terminal_is_given_back(folder):
    with Server(folder) as server, Windows(folder) as windows:
        alice = server.client("alice")
        make_room(server, "general", alice)
        done = run("chat", f"http://127.0.0.1:{server.port}", env={"APUS_TOKEN": alice.token})
        check(done.returncode == 2 and "needs a terminal" in done.stderr and "apus tail" in done.stderr, done)
        for number, code in (("TERM", "ended 0"), ("ABRT", "ended 134")):
            window = windows.chat(alice, server, variables=f"NAME_{number}=1 NO_COLOR=1")
            check("\x1b[3" not in window.colours.replace("\x1b[39m", ""), window.colours)
            pid = wait_for(lambda: child(f"NAME_{number}=1"), "the chat's process")
            os.kill(pid, {"TERM": 15, "ABRT": 6}[number])
            window.sees(code)
            window.check_restored()
            windows.ask("kill-session", "-t", "alice")
        window = windows.chat(alice, server)
        window.sees("#general")  # until the rooms have come there is none to speak in
        server.kill()
        window.sees("Reconnecting…")
        window.say("into the void")
        window.sees("1 message waiting.")
        window.say("/quit")
        window.sees("apus: Not sent, and not kept (--file FILE keeps", "  into the void", "ended 0")
        window.check_restored()


def child(variable):
    """The process of ours that has this in its environment."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                environment = file.read().decode(errors="replace").split("\0")
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if variable in environment and b"chat" in file.read().split(b"\0"):
                    return int(pid)
        except OSError:
            pass  # it has ended, or is not ours
    return None


def test_the_readme_shows_what_is_there(folder):
    """APUS_SHOW=1 prints the screen to put there."""
    with Server(folder) as server, Windows(folder) as windows:
        alice, bob = server.client("alice"), server.client("bob")
        make_room(server, "general", alice, bob)
        make_room(server, "lunch", alice, bob)
        alice.say("general", "Is anybody up there?")
        bob.say("general", "A swift never lands: it eats, drinks and sleeps on the wing, for ten months at a time.", reply_to=1)
        alice.do("reaction.add", room="general", number=2, emoji="👍")
        alice.say("general", "And the network? 雨燕不落地")
        bob.say("lunch", "@alice noodles?")
        window = windows.chat(alice, server, 80, 14)
        windows.chat(bob, server)
        window.sees("2 here", "#3 And the network? 雨燕不落地 ✓✓ read")
        bob.do("typing", room="general", on=True)
        window.sees("bob is typing…")
        window.type("Goes and comes.")
        window.sees("> Goes and comes.")
        shown = "\n".join(line.rstrip() for line in window.screen.rstrip("\n").split("\n"))
        if os.environ.get("APUS_SHOW"):
            print(shown)
        with open(README, encoding="utf-8") as file:
            text = file.read()
        block = next((part for part in text.split("```") if "#general  2 people" in part), "")
        expected = block.partition("\n")[2].rstrip("\n")
        check(blurred(shown) == blurred(expected), f"README.md shows\n{expected}\nbut it is\n{shown}")


def blurred(screen):
    """Without clocks, dates and round trips."""
    screen = re.sub(r"\d\d:\d\d ", "00:00 ", screen)
    screen = re.sub(r"── \w+day, .*", "── day", screen)
    return re.sub(r" · \d+ ms", "", screen)
