"""uWebSockets (C++) by way of socketify: python uwebsockets.py PORT. /ws/ROOM reads, /pub posts "ROOM|payload"."""

import sys

from socketify import App, AppListenOptions, CompressOptions, OpCode


def upgrade(response, request, context):
    names = ("sec-websocket-key", "sec-websocket-protocol", "sec-websocket-extensions")
    response.upgrade(*map(request.get_header, names), context, {"room": request.get_parameter(0)})


def read(socket):
    socket.subscribe(socket.get_user_data()["room"])


def post(_, message, __):
    room, payload = message.split("|", 1)
    app.publish(room, payload, OpCode.TEXT, False)


app = App()
common = {
    "compression": CompressOptions.DISABLED, "max_payload_length": 1 << 20, "idle_timeout": 120,
    "max_backpressure": 64 << 20,
}
app.ws("/ws/:room", {**common, "upgrade": upgrade, "open": read})
app.ws("/pub", {**common, "message": post})
app.listen(AppListenOptions(port=int(sys.argv[1]), host="127.0.0.1"), lambda _: None)
app.run()
