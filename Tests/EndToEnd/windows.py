"""Terminals of people, by tmux: what `apus chat` shows there, and whether it gives them back as they were."""

import os
import shlex
import shutil
import subprocess

from apus import BINARY, Skip, check, environment, run, wait_for


class Windows:
    """A tmux server of the test's own."""

    def __init__(self, folder):
        if not shutil.which("tmux"):
            raise Skip("tmux is not installed")
        self.socket = os.path.join(folder, "tmux")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True)

    def ask(self, *arguments):
        env = environment(LC_ALL="C.UTF-8", TERM="xterm-256color")
        env.pop("TMUX", None)
        done = subprocess.run(
            ["tmux", "-S", self.socket, "-f", "/dev/null", *arguments], env=env, capture_output=True, text=True)
        check(done.returncode == 0, f"tmux {arguments}: {done.stderr}")
        return done.stdout

    def chat(self, client, server, width=80, height=24, options="", variables=""):
        """A window with a shell in which `apus chat` runs."""
        url = f"http://{server.host}:{server.port}"
        window = Window(self, client.name, width, height)
        window.type(f"stty -a >{window.settings}.before; printf 'before%s\\n' _chat")
        window.press("Enter")
        window.sees("before_chat")
        window.type(
            f"TZ=UTC APUS_TOKEN={client.token} {variables} {shlex.quote(BINARY)} chat {url} {options}; "
            f"echo \"ended $?\"; stty -a >{window.settings}.after; printf 'settled%s\\n' _again")
        window.press("Enter")
        window.sees("Connected.")
        return window


class Window:
    def __init__(self, windows, name, width, height):
        self.windows, self.name = windows, name
        self.settings = f"{windows.socket}-{name}"
        windows.ask(
            "new-session", "-d", "-s", name, "-x", str(width), "-y", str(height),
            "env -i TERM=$TERM LC_ALL=C.UTF-8 PATH=$PATH PS1='$ ' sh")

    def type(self, text):
        self.windows.ask("send-keys", "-t", self.name, "-l", text)

    def press(self, *keys):
        self.windows.ask("send-keys", "-t", self.name, *keys)

    def say(self, text):
        self.type(text)
        self.press("Enter")

    def resize(self, width, height):
        self.windows.ask("resize-window", "-t", self.name, "-x", str(width), "-y", str(height))

    @property
    def screen(self):
        return self.windows.ask("capture-pane", "-p", "-t", self.name)

    @property
    def colours(self):
        return self.windows.ask("capture-pane", "-p", "-e", "-t", self.name)

    @property
    def cursor(self):
        return self.windows.ask("display-message", "-p", "-t", self.name, "#{cursor_x},#{cursor_y}").strip()

    def sees(self, *words, seconds=30):
        wait_for(
            lambda: all(word in self.screen for word in words),
            lambda: f"{self.name} to see {words}:\n{self.screen}", seconds)

    def misses(self, word):
        wait_for(lambda: word not in self.screen, lambda: f"{self.name} to see no more of {word}:\n{self.screen}")

    def check_restored(self):
        """The shell has its screen, its cursor and its settings again."""
        self.sees("settled_again")
        check("before_chat" in self.screen and "Connected." not in self.screen, self.screen)
        check(self.windows.ask("display-message", "-p", "-t", self.name, "#{cursor_flag},#{alternate_on}") == "1,0\n", "cursor")
        texts = [open(f"{self.settings}.{when}").read() for when in ("before", "after")]
        check(texts[0] == texts[1] and " echo " in texts[0], texts)
