#!/usr/bin/env python3
"""Makes docs/images/chat.png, the picture of the README: APUS=… python3 Tests/Browser/picture.py"""

import base64
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../EndToEnd")]

from browser import ROOT, wait_until
from page_world import PHONE, place
from scene import furnish

PATH = os.path.join(ROOT, "docs/images/chat.png")
# The desktop with the phone before it, as one picture; nothing of it is of the page.
FRAME = """<style>
    body { margin: 0; width: 1400px; height: 860px; background: #dfe7e8; position: relative }
    img { position: absolute; border-radius: 14px; box-shadow: 0 12px 44px #1b202440 }
    .desktop { left: 36px; top: 36px; width: 1200px } .phone { right: 36px; bottom: 30px; width: 320px; border-radius: 30px; border: 6px solid #1b2024 }
</style><img class=desktop src="data:image/png;base64,%s"><img class=phone src="data:image/png;base64,%s">"""


def portrait(person, room="general"):
    page = person.at(room)
    person.sees("Thursday at nine, then. Tea is on me 🍵")
    page.locator("#composer").blur()
    wait_until(page, lambda: person.tick("Tea is on me") == "read", "the last message to be read")
    return page.screenshot(animations="disabled", caret="hide")


def main():
    with tempfile.TemporaryDirectory(prefix="apus-") as folder, place(folder) as there:
        people = furnish(there)
        for name in ("amir", "tom"):
            there.person(people[name]).at()
        shots = [portrait(there.person(people["olga"], **device))
                 for device in ({"device_scale_factor": 1.5}, PHONE | {"color_scheme": "dark", "locale": "zh-TW"})]
        page = there.browser.new_page(viewport={"width": 1400, "height": 860})
        page.set_content(FRAME % tuple(base64.b64encode(shot).decode() for shot in shots))
        os.makedirs(os.path.dirname(PATH), exist_ok=True)
        page.screenshot(path=PATH)
    print(f"{PATH}: {os.path.getsize(PATH) // 1024} KiB")


main()
