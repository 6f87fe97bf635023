"""A relay that breaks a server's promises."""

import socket
import threading

from websocket import decode


class Meddler:
    """Stands between the bench and the server, and spoils what a reader gets: WebSocket frames dropped, doubled or
    turned round."""

    def __init__(self, server, fault):
        self.server, self.fault = server, fault
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            server = self.server.connect()
            threading.Thread(target=self.pump, args=(client, server), daemon=True).start()
            threading.Thread(target=self.spoil, args=(server, client), daemon=True).start()

    @staticmethod
    def pump(source, target):
        try:
            while more := source.recv(65536):
                target.sendall(more)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one side is gone, and the other notices by itself

    def spoil(self, server, client):
        head = b""
        while b"\r\n\r\n" not in head:
            more = server.recv(65536)
            if not more:
                client.close()
                return
            head += more
        if b" 101 " not in head:
            client.sendall(head)
            return self.pump(server, client)
        head, _, rest = head.partition(b"\r\n\r\n")
        client.sendall(head + b"\r\n\r\n")
        buffer, held, events = bytearray(rest), None, 0
        try:
            while True:
                before = bytes(buffer)
                frame = decode(buffer)
                if frame is None:
                    more = server.recv(65536)
                    if not more:
                        return client.close()
                    buffer += more
                    continue
                raw = before[:len(before) - len(buffer)]
                events += b'"message.created"' in raw
                if b'"message.created"' in raw and events == 3:
                    if self.fault == "drop":
                        continue
                    if self.fault == "double":
                        raw += raw
                    if self.fault == "swap":
                        held = raw
                        continue
                client.sendall(raw)
                if held and b'"message.created"' in raw:
                    client.sendall(held)
                    held = None
        except OSError:
            pass  # the bench has gone
