"""Whose a page's connection and outbox are: sessions that end, cookies, one browser for several people."""

import os

from apus import succeed
from browser import ROOT, becomes, check, got, hears, status, texts, wait_until, world
from mishaps import arrives


def test_the_session_ends_and_another_begins(folder):
    with world(folder) as there:
        page = there.tab()
        becomes(page, "websocket")
        succeed("user", "ban", "alice", "--data", there.server.data)
        wait_until(page, lambda: status(page)["state"] == "needs_credentials", lambda: f"signed out: {status(page)}")
        succeed("user", "unban", "alice", "--data", there.server.data)
        page.evaluate("token => chat.signIn(token)", succeed("token", "alice", "--data", there.server.data))
        becomes(page, "websocket")


PASSWORD = "correct horse battery"


def same_origin(there, context, page=None):
    """The test's page as if the server itself served it, so that its cookie is good."""
    def serve(route):
        path = route.request.url.removeprefix(there.url).split("?")[0]
        folder = "Tests/Browser" if path == "/page.html" else "Clients/browser"
        route.fulfill(path=os.path.join(ROOT, folder + path))

    for path in ("/src/*", "/sentence.js", "/page.html"):
        context.route(there.url + path, serve)
    page = page or context.new_page()
    page.goto(f"{there.url}/page.html")
    page.wait_for_function("window.ready")
    return page


def sign_in(page, name):
    signed_in = page.evaluate("""(body) => fetch("/v1/sessions", {
        method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" },
    }).then(async (response) => [response.status, await response.text()])""", {"name": name, "password": PASSWORD})
    check(signed_in[0] == 201, f"signing in: {signed_in}")


def test_the_cookie_of_the_same_origin(folder):
    with world(folder) as there:
        succeed("user", "add", "carol", "--role", "owner", "--password", PASSWORD, "--data", there.server.data)
        succeed("room", "create", "lobby", "--data", there.server.data)
        page = same_origin(there, there.device())
        sign_in(page, "carol")
        page.evaluate("open(undefined, {})")
        becomes(page, "websocket")
        check(page.evaluate("chat.command('room.join', { room: 'lobby' }).then(({ seq }) => seq > 0)"), "joined")
        for missing, transport in (("WebSocket", "sse"), ("Response.prototype.body", "long_poll")):
            page.evaluate(f"chat.close(); delete {'window.' if missing == 'WebSocket' else ''}{missing}")
            page.evaluate("open(undefined, {})")
            becomes(page, transport)
            page.evaluate("chat.post('lobby', 'hello').then(() => got.posted.push('hello'))")
            wait_until(page, lambda: got(page, "posted") == ["hello"], "a reply")


def test_somebody_else_signs_in(folder):
    """What one person has left unsent is not said by the next one, and is there when the first one is back."""
    with world(folder) as there:
        page = there.tab(account="shared")
        becomes(page, "websocket")
        there.server.kill()
        page.evaluate("say(['by alice'])")
        wait_until(page, lambda: status(page)["waiting"] == 1, lambda: f"one to wait: {status(page)}")
        page.evaluate("token => chat.signIn(token)", there.bob.token)
        there.server.start()
        wait_until(page, lambda: page.evaluate("chat.user.name") == "bob", lambda: f"bob to be in: {status(page)}")
        becomes(page, "websocket")
        page.evaluate("say(['by bob'])")
        hears(page, "by bob")
        wait_until(page, lambda: page.evaluate("chat.pending") == [], lambda: page.evaluate("chat.pending"))
        check(texts(there.bob) == ["by bob"], texts(there.bob))
        page = there.tab(page=page, account="shared")
        arrives(there, page, ["by bob", "by alice"])


def test_what_nobody_knows_the_author_of_is_not_said_by_the_next_one(folder):
    """With a cookie, what is said before the first snapshot is nobody's until there is one."""
    with world(folder) as there:
        for name in ("carol", "dave"):
            succeed("user", "add", name, "--role", "owner", "--password", PASSWORD, "--data", there.server.data)
        context = there.device()
        page = same_origin(there, context)
        sign_in(page, "carol")
        context.route(f"{there.url}/v1/sync", lambda route: route.abort())
        page.evaluate("open(undefined, {})")
        page.evaluate("say(['by carol'])")
        wait_until(page, lambda: page.evaluate("chat.outbox.length") == 1, "the store to have it")
        context.unroute(f"{there.url}/v1/sync")
        page = same_origin(there, context, page)
        sign_in(page, "dave")
        page.evaluate("open(undefined, {})")
        becomes(page, "websocket")
        page.evaluate("chat.command('room.join', { room: 'general' }).then(() => say(['by dave']))")
        hears(page, "by dave")
        check(texts(there.bob) == ["by dave"], texts(there.bob))
        wait_until(page, lambda: page.evaluate("chat.pending") == [], lambda: page.evaluate("chat.pending"))
