"""Frames of a WebSocket that no server of ours would send, or not to this tab."""

from browser import becomes, check, got, hears, status, texts, wait_until, world


def opened(there):
    """A page on a WebSocket, the sockets into which one can speak, and what the page complains of."""
    sockets, complaints = [], []

    def route(socket):
        socket.connect_to_server()
        sockets.append(socket)

    there.context.route_web_socket("**/v1/stream*", route)
    page = there.context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    there.tab(page=page)
    becomes(page, "websocket")
    return page, sockets, complaints


def says(there, page, text):
    page.evaluate("text => say([text])", text)
    wait_until(page, lambda: text in got(page, "posted"), lambda: f"the answer; {status(page)}")
    hears(page, text)
    check(texts(there.bob).count(text) == 1, f"the room has {texts(there.bob)}")


def test_a_frame_that_is_no_json_leads_to_another_transport_at_once(folder):
    with world(folder) as there:
        page, sockets, complaints = opened(there)
        sockets[-1].send("<html>Please sign in</html>")
        wait_until(page, lambda: status(page).get("transport") in ("sse", "long_poll"), lambda: f"another one: {status(page)}")
        check(status(page)["strikes"] == {"websocket": 3}, f"it is avoided: {status(page)['strikes']}")
        says(there, page, "still here")
        check(complaints == [], f"the console says {complaints}")


def test_frames_of_a_later_version_are_passed_over(folder):
    with world(folder) as there:
        page, sockets, complaints = opened(there)
        for frame in ("{}", "[]", "5", "null", '"bye"', '{"later":{"x":1}}'):
            sockets[-1].send(frame)
        says(there, page, "still here")
        check((status(page)["transport"], status(page)["reconnects"]) == ("websocket", 0), status(page))
        check(complaints == [], f"the console says {complaints}")


def test_replaced_by_a_late_request_of_its_own(folder):
    with world(folder) as there:
        page, sockets, _ = opened(there)
        sockets[-1].send('{"bye":{"code":"replaced","reconnect":false,"spread_ms":0}}')
        wait_until(page, lambda: status(page)["reconnects"] == 1 and status(page)["state"] == "live", lambda: f"it to return: {status(page)}")
        becomes(page, "websocket")
        check(status(page)["strikes"].get("websocket", 0) == 0, f"nobody is to blame: {status(page)['strikes']}")
        says(there, page, "still here")
