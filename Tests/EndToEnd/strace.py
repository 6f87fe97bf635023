"""Reads what strace wrote, and says whether every reply came after its fsync."""

import re

CALL = re.compile(r"^(\d+) +\S+ (\w+)\((.*)$")
UNFINISHED = " <unfinished ...>"
RESUMED = re.compile(r"^(\d+) +\S+ <\.\.\. (\w+) resumed>(.*)$")
RESULT = re.compile(r"\) += (-?\d+)")


class Call:
    """One system call: when it began and ended, as line numbers of the trace."""

    def __init__(self, name, text, began, ended=None):
        self.name, self.text, self.began, self.ended = name, text, began, ended

    @property
    def succeeded(self):
        result = RESULT.search(self.text.rsplit("\n", 1)[-1])
        return self.ended is not None and result is not None and int(result[1]) >= 0


def calls(trace):
    """All calls of a trace written with -f; what was interrupted by another thread is put together."""
    found, open_calls = [], {}
    for number, line in enumerate(trace.splitlines()):
        if resumed := RESUMED.match(line):
            call = open_calls.pop((resumed[1], resumed[2]), None)
            if call:
                call.text += "\n" + resumed[3]
                call.ended = number
        elif begun := CALL.match(line):
            whole = not line.endswith(UNFINISHED)
            call = Call(begun[2], begun[3], number, number if whole else None)
            found.append(call)
            if not whole:
                open_calls[begun[1], begun[2]] = call
    return found


def unsynced_replies(trace, markers):
    """What is wrong with a trace, one sentence each: for every marker (a message's text, which is also its command's
    id) the log's write, the sync of the log after it, and the reply after that."""
    found = calls(trace)
    problems = []
    for marker in markers:
        replies = [
            call for call in found
            if call.name in ("write", "writev", "sendto", "sendmsg") and marker in call.text and "reply" in call.text]
        writes = [
            call for call in found
            if call.name in ("pwrite64", "write") and "-wal>" in call.text and marker in call.text]
        if not replies:
            problems.append(f"{marker}: no reply in the trace")
            continue
        reply = min(replies, key=lambda call: call.began)
        before = [call for call in writes if call.ended is not None and call.ended < reply.began]
        if not before:
            problems.append(f"{marker}: the reply went out before the message was written to the log")
            continue
        written = min(call.ended for call in before)
        if not any(
            call.name in ("fdatasync", "fsync") and "-wal>" in call.text and call.succeeded
            and call.began > written and call.ended < reply.began for call in found
        ):
            problems.append(f"{marker}: the reply went out before the log was synced")
    return problems
