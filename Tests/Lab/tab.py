"""The browser SDK behind a network: a page in a Chromium of its own reads and posts as alice."""

import json
import time

from browser import FLAGS, chromium, got, status, wait_until

TRANSPORTS = ("websocket", "sse", "long_poll", "short_poll")


class Tab:
    """The page is loaded from `origin`, beside the network: people have had it before their network broke, or an
    application's own servers have it, and a page that is not there tells nothing of the SDK. Everything that the SDK asks
    goes through the network, from the first request on, with all that another origin costs: preflights and a ticket."""

    def __init__(self, origin, network, alice, *_):
        start, path = chromium()
        # One for each thread, for Playwright's own is bound to the thread that has made it.
        self.playwright = start().start()
        try:
            self.browser = self.playwright.chromium.launch(executable_path=path, args=FLAGS)
            self.page = self.browser.new_page()
            self.page.goto(f"{origin}/page.html")
            self.page.wait_for_function("window.ready")
            self.said = 0
            self.begun = time.monotonic()
            self.page.evaluate("([url, token]) => open(url, { token })", [network.url, alice.token])
        except BaseException:
            self.stop()
            raise

    def wait(self, condition, what, seconds):
        return wait_until(self.page, condition, what, seconds)

    def say(self, count):
        self.page.evaluate("lines => say(lines)", [f"line {self.said + number}" for number in range(count)])
        self.said += count

    @property
    def answered(self):
        return self.page.evaluate("got.posted.length")

    @property
    def heard(self):
        return self.page.evaluate("got.messages.length")

    @property
    def texts(self):
        return got(self.page)

    @property
    def over(self):
        return status(self.page).get("transport", "")

    @property
    def last_over(self):
        return next((word for word in reversed(got(self.page, "statuses")) if word in TRANSPORTS), "")

    def __repr__(self):
        counts = self.page.evaluate("[got.messages.length, got.snapshots, got.refused]")
        return f"<messages, snapshots, refused: {counts}, {json.dumps(status(self.page), indent=1)}>"

    def stop(self):
        # With its browser, where it has one.
        self.playwright.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
