"""docs/networks.md: each run writes its own sections and leaves the others."""

import os
import re

from apus import ROOT
from measured import BACK, BACK_SOON, BROKEN_SHORTLY, FIRST, FIRST_AFTER_REFUSALS, FIRST_AFTER_SILENCE, FIRST_BY_WEBSOCKET
from networks import NETWORKS

PAGE = os.path.join(ROOT, "docs/networks.md")
PROGRAMS, TABS, RESTART = "The Swift client", "The browser", "A restart"

HEAD = f"""# Networks

Clients behind each network of the lab ([testing.md](testing.md#the-lab-of-broken-networks)), which is switched under them:
broken, good, broken, good, while they post, and somebody beside the network talks ten times a second, as many messages at
least; while it is broken again, nobody says anything for 6 s. Lost, doubled and out of order are by comparison with the
log, both of what they posted and of what they heard. The column "messages" counts what they were owed: everything that
was posted, by them and beside them, from the place in the log on where they began to read. Where nothing passes at
first, that is after some of it was posted.

The time to the first message is counted from the start of the client, and where nothing passes (over: nothing) from the
moment when the network is good. So is the time to WebSocket: 0.0 s where it carried all the time. WebSocket is tried again
5 s, 30 s and 2 min after it was given up, and at once when the client learns that the network has changed.

A run fails unless

- nothing is lost, doubled or out of order;
- the first message is there within {FIRST_BY_WEBSOCKET} s and by WebSocket on a good network, within {FIRST} s on one that lets anything pass,
  within {FIRST_AFTER_SILENCE} s after a black hole, and after a time of refusals within {FIRST_AFTER_REFUSALS} s, the longest back-off;
- WebSocket is back within {BACK_SOON} s where it was broken for {BROKEN_SHORTLY} s at most, otherwise at the next probe ({BACK} s).
"""

COLUMNS = """| network | what it does | messages | lost | doubled | out of order | first message after | over | broken for | back on WebSocket after |
|---|---|---|---|---|---|---|---|---|---|
"""

SENTENCES = {
    PROGRAMS: "`apus tail` reads and `apus send` posts. Written by `script/lab --client`",
    TABS: "A page with the [browser SDK](../Clients/browser/README.md) in Chromium reads and posts. It comes from another origin,\n"
           "beside the network, with a token. Written by `script/lab --browser`",
}


def table(title, results, count):
    rows = [
        f"| {one.name} | {one.sentence} | {one.messages} | {one.lost} | {one.doubled} | {one.disordered} | {one.first:.1f} s "
        f"| {one.through or '–'} | {one.broken:.1f} s | {'–' if one.back is None else f'{one.back:.1f} s'} |"
        for one in sorted(results, key=lambda one: list(NETWORKS).index(one.name))]
    return f"## {title}\n\n{SENTENCES[title]}, {count} messages of its own\nbehind each network.\n\n{COLUMNS}" + "\n".join(rows)


def write(*sections):
    """Each begins with its heading."""
    with open(PAGE, encoding="utf-8") as page:
        _, *kept = re.split(r"^(?=## )", page.read(), flags=re.MULTILINE)
    texts = [section.strip() for section in [*kept, *sections]]
    by_title = {text.partition("\n")[0].removeprefix("## "): text for text in texts}
    whole = [HEAD.strip(), *(by_title[title] for title in (PROGRAMS, TABS, RESTART) if title in by_title)]
    with open(PAGE, "w", encoding="utf-8") as page:
        page.write("\n\n".join(whole) + "\n")
