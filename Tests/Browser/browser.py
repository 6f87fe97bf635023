"""A real Chromium against the real server: pages of the test's own small web server, on another origin."""

import contextlib
import http.server
import os
import shutil
import socket
import sys
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "Tests/EndToEnd"))

from apus import Server, check, make_room, wait_for

# How to take from a browser what some browsers lack.
REMOVALS = {
    "WebSocket": "delete window.WebSocket",
    "ReadableStream": "delete window.ReadableStream; delete Response.prototype.body",
    "IndexedDB": "Object.defineProperty(window, 'indexedDB', { value: undefined })",
    "Web Locks": "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })",
    "BroadcastChannel": "delete window.BroadcastChannel",
}

# A page that a test has put in the server's place comes from no address at all, and is kept from local ones otherwise.
FLAGS = ["--no-sandbox", "--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets"]


class Files(http.server.SimpleHTTPRequestHandler):
    """The SDK and the example as they are in the repository, and the test's page."""

    def translate_path(self, path):
        path = path.split("?")[0]
        if path.startswith("/src/") or path == "/sentence.js":
            return os.path.join(ROOT, "Clients/browser", path[1:])
        return os.path.join(ROOT, "Examples/browser.html" if path == "/example.html" else "Tests/Browser/page.html")

    def log_message(self, *_):
        pass


def chromium():
    """Playwright's browser type and what to launch it with."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sys.exit("Playwright for Python is not installed; script/setup test installs it into .build-python")
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        sys.exit("there is no chromium here, and CHROMIUM names none; script/setup test installs it")
    return sync_playwright, path


class World:
    """A server with alice and bob in the room general, a web server for pages, and a browser."""

    def __init__(self, browser, server, origin, debugging):
        self.browser, self.server, self.origin, self.debugging = browser, server, origin, debugging
        self.url = f"http://{server.host}:{server.port}"
        self.alice, self.bob = server.client("alice"), server.client("bob")
        make_room(server, "general", self.alice, self.bob)
        self.context = self.device()

    def device(self, *removed):
        """A browser of somebody's own: nothing is shared with others, and some of its features are missing."""
        context = self.browser.new_context()
        for name in removed:
            context.add_init_script(REMOVALS[name])
        return context

    def window(self):
        """Tabs as people have them: only the one in front is visible, and only the others can be frozen."""
        address = f"http://127.0.0.1:{self.debugging}"
        return self.browser.browser_type.connect_over_cdp(address, no_defaults=True).contexts[0]

    def tab(self, context=None, user=None, url=None, page=None, **options):
        """A page with a chat of this user's, alice if nobody is named."""
        page = page or (context or self.context).new_page()
        page.goto(f"{self.origin}/page.html")
        page.wait_for_function("window.ready")
        page.evaluate("([url, options]) => open(url, options)",
                      [url or self.url, {"token": (user or self.alice).token} | options])
        return page


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def pages():
    """A web server for pages, beside the server and every network; its origin."""
    files = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=files.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{files.server_port}"
    finally:
        files.shutdown()
        files.server_close()


@contextlib.contextmanager
def world(folder, *arguments):
    sync_playwright, path = chromium()
    with pages() as origin, Server(folder, "--allowed-origins", origin, *arguments) as server, \
            sync_playwright() as playwright:
        debugging = free_port()
        browser = playwright.chromium.launch(executable_path=path,
                                             args=[*FLAGS, f"--remote-debugging-port={debugging}"],
                                             ignore_default_args=["--disable-back-forward-cache"])
        try:
            yield World(browser, server, origin, debugging)
        finally:
            browser.close()


def got(page, what="messages"):
    return page.evaluate("what => got[what]", what)


def status(page):
    return page.evaluate("chat.status")


def becomes(page, transport, seconds=20):
    """Waits until the chat is live over this transport, and this tab has its snapshot: from there on it hears everything."""
    wait_until(page, lambda: status(page).get("transport") == transport and page.evaluate("!!chat.user"),
               lambda: f"{transport}; it is {status(page)}, was {got(page, 'statuses')}", seconds)


def hears(page, text, seconds=20):
    wait_until(page, lambda: text in got(page), lambda: f"“{text}”; it has {got(page)}, {status(page)}", seconds)


def wait_until(page, condition, what, seconds=20):
    """As `wait_for`, while the browser's own events are handled."""
    def asked():
        page.wait_for_timeout(20)
        return condition()
    return wait_for(asked, what, seconds)


def texts(client):
    """What the room general holds, as the server tells it."""
    answer = client.get("/v1/rooms/general/messages?limit=200")
    check(answer.status == 200, f"history: {answer}")
    return [message["text"] for message in answer.json["messages"]]
