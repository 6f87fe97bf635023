"""Chat works in browsers that lack what it would like to have."""

from browser import REMOVALS, becomes, check, got, hears, status, texts, wait_until, world


def converse(world, context, transport):
    """Hears and says something over this transport."""
    page = world.tab(context)
    becomes(page, transport)
    world.bob.say("general", f"for {transport}")
    hears(page, f"for {transport}")
    page.evaluate("say(['one', 'two', 'three'])")
    wait_until(page, lambda: got(page, "posted") == ["one", "two", "three"], lambda: f"replies: {got(page, 'posted')}")
    check(texts(world.bob)[-3:] == ["one", "two", "three"], lambda: f"the room has {texts(world.bob)}")
    wait_until(page, lambda: page.evaluate("sentence()") == "Connected.", lambda: status(page))
    heads = "chat.rooms.map(({ room, head }) => [room, head])"
    wait_until(page, lambda: page.evaluate(heads) == [["general", 4]], lambda: f"the head: {page.evaluate(heads)}")
    page.close()


def test_nothing_is_missing(folder):
    with world(folder) as there:
        converse(there, there.context, "websocket")


def test_without_websocket(folder):
    with world(folder) as there:
        converse(there, there.device("WebSocket"), "sse")


def test_without_readable_stream(folder):
    with world(folder) as there:
        converse(there, there.device("ReadableStream"), "websocket")


def test_without_websocket_and_readable_stream(folder):
    with world(folder) as there:
        converse(there, there.device("WebSocket", "ReadableStream"), "long_poll")


def test_without_indexed_db(folder):
    with world(folder) as there:
        converse(there, there.device("IndexedDB"), "websocket")


def test_without_web_locks(folder):
    with world(folder) as there:
        converse(there, there.device("Web Locks"), "websocket")


def test_without_broadcast_channel(folder):
    with world(folder) as there:
        converse(there, there.device("BroadcastChannel"), "websocket")


def test_without_all_of_them(folder):
    with world(folder) as there:
        device = there.device(*REMOVALS)
        page = device.new_page()
        page.goto(there.origin)
        left = page.evaluate(
            "[typeof WebSocket, typeof ReadableStream, typeof BroadcastChannel, typeof indexedDB, "
            "typeof navigator.locks, typeof new Response('').body]")
        check(left == ["undefined"] * 6, f"not removed: {left}")
        converse(there, device, "short_poll")
