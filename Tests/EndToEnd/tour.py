#!/usr/bin/env python3
"""Runs the tour of a README: python3 Tests/EndToEnd/tour.py README.md. APUS is the binary to take it with.

In blocks marked ```console, lines that begin with `$ ` are commands (`\\` at the end continues one), and what follows
is their output. `…` stands for any text within a line, a line `…` alone for any number of lines. All commands run in
one shell in a folder of its own, which has the binary as .build/release/apus and in PATH, and a script/server that
starts it without building it. A command for which no output is shown must succeed. At the end everything is killed.
"""

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from apus import BINARY, check, environment

PATIENCE = 60
JOB_NOTICE = re.compile(r"((bash|/\S*): )?line \d+: +\d+ (Killed|Terminated)\b.*\n?")


def steps(text):
    """The (command, lines of output) pairs of a page's console blocks."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.M | re.S):
        continues = False
        for line in block.splitlines():
            if continues:
                found[-1][0] += "\n" + line
            elif line.startswith("$ "):
                found.append([line[2:], []])
            else:
                check(found, f"output before the first command: {line!r}")
                found[-1][1].append(line)
                continue
            continues = line.endswith("\\")
    return found


def matches_line(expected, line):
    return re.fullmatch(".*".join(map(re.escape, expected.split("…"))), line) is not None


def trimmed(lines):
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def matches(expected, lines):
    """Whether the output is what the page shows; blank lines at the end do not count."""
    expected, lines = trimmed(expected), trimmed(lines)
    reached = {0}  # how many of the lines may be matched by the expected ones so far
    for pattern in expected:
        if pattern.strip() == "…":
            reached = set(range(min(reached), len(lines) + 1)) if reached else set()
        else:
            reached = {count + 1 for count in reached if count < len(lines) and matches_line(pattern, lines[count])}
    return len(lines) in reached


class Shell:
    """One bash session."""

    def __init__(self, folder, path=""):
        self.marker = f"--done-{os.getpid()}-{time.monotonic_ns()}"
        self.process = subprocess.Popen(
            ["bash", "--norc", "--noprofile"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=environment(PATH=path + os.environ["PATH"], LC_ALL="C.UTF-8"),
            start_new_session=True)

    def run(self, command):
        """The lines that a command prints, and its exit code."""
        self.process.stdin.write(f"{command}\nprintf '%s %d\\n' '{self.marker}' $?\n".encode())
        self.process.stdin.flush()
        output, end = b"", time.monotonic() + PATIENCE
        done = re.compile(re.escape(self.marker).encode() + rb" (\d+)\n")
        while not (match := done.search(output)):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            check(ready, lambda: f"no end after {PATIENCE} s; so far:\n{output.decode(errors='replace')}")
            more = os.read(self.process.stdout.fileno(), 65536)
            check(more, lambda: f"the shell ended:\n{output.decode(errors='replace')}")
            output += more
        # Bash says when it likes that a job was killed, also in the middle of another command's line.
        text = JOB_NOTICE.sub("", output[:match.start()].decode(errors="replace"))
        return text.splitlines(), int(match[1])

    def end(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def furnish(folder):
    """What the page takes for granted where it is read."""
    release = os.path.join(folder, ".build", "release")
    os.makedirs(release)
    os.symlink(BINARY, os.path.join(release, "apus"))
    script = os.path.join(folder, "script", "server")
    os.mkdir(os.path.dirname(script))
    with open(script, "w") as file:
        file.write('#!/usr/bin/env bash\nexec .build/release/apus serve "$@"\n')
    os.chmod(script, 0o755)
    return release + ":"


def take(text):
    """Takes the tour; how many commands did what the page says, and what is wrong with the others."""
    folder = tempfile.mkdtemp(prefix="apus-tour-")
    shell = Shell(folder, furnish(folder))
    passed, problems = 0, []
    try:
        for command, expected in steps(text):
            try:
                lines, code = shell.run(command)
            except AssertionError as failure:
                problems.append(f"$ {command}\n{failure}")
                break
            if matches(expected, lines) and (expected or code == 0):
                passed += 1
            else:
                problems.append("\n".join([f"$ {command}", "expected:", *expected, f"got (exit code {code}):", *lines]))
    finally:
        shell.end()
        shutil.rmtree(folder, ignore_errors=True)
    return passed, problems


def main(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if not steps(text):
        sys.exit(f"there is no tour in {path}")
    begun = time.monotonic()
    passed, problems = take(text)
    for problem in problems:
        print(f"FAIL {problem}\n")
    print(f"the tour of {path} took {time.monotonic() - begun:.1f} s")
    print(f"{passed} passed, {len(problems)} failed")
    return 1 if problems else 0


def test_lines_match(_):
    for expected, line, same in [
        ("abc", "abc", True), ("abc", "abcd", False), ("a…c", "abbbc", True), ("a…c", "ac", True), ("a…c", "acd", False),
        ("…", "", True), ('{"seq":…,"at":"…Z"}', '{"seq":12,"at":"2026Z"}', True), ("a.c", "abc", False),
        ("…b…", "abc", True), ("(…)", "(x)", True),
    ]:
        check(matches_line(expected, line) == same, f"{expected!r} and {line!r}")


def test_outputs_match(_):
    for expected, lines, same in [
        ([], [], True), ([], ["x"], False), (["x"], [], False), (["…"], [], True), (["…"], ["a", "b"], True),
        (["a", "…", "d"], ["a", "b", "c", "d"], True), (["a", "…", "d"], ["a", "d"], True),
        (["a", "…", "d"], ["a", "b", "c"], False), (["…", "b"], ["a", "b", "a"], False), (["…", "b", "…"], ["a", "b", "a"], True),
        (["", "a", ""], ["", "a"], True), (["a"], ["", "a"], False), (["a", "b"], ["b", "a"], False),
    ]:
        check(matches(expected, lines) == same, f"{expected} and {lines}")


def test_pages_are_read(_):
    page = "```console\n$ one \\\n    more\nout\n\n$ two\n```\ntext\n```\n$ no\n```\n```console\n$ three\n```\n"
    check(steps(page) == [["one \\\n    more", ["out", ""]], ["two", []], ["three", []]], f"{steps(page)}")


def test_sessions_keep_their_state(_):
    page = "```console\n$ X=1; f() { echo \"f $1\"; }\n$ f $X\nf …\n$ sleep 100 &\n$ kill -9 $!\n$ printf 'no newline'\nno newline\n```\n"
    taken = take(page)
    check(taken == (5, []), f"{taken}")
    for wrong in ("$ false\n", "$ echo a\nb\n", "$ echo a\n", "$ true\na\n", "$ exit 1\n"):
        passed, problems = take(f"```console\n{wrong}```\n")
        check(passed == 0 and len(problems) == 1, f"{wrong!r} passes")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2] or ["README.md"]))
