"""The load tool of Benchmarks/load is only as good as its checks: it must notice what a server does wrong."""

import base64
import hashlib
import json
import os
import socket
import subprocess
import threading

from apus import check

HERE = os.path.dirname(os.path.abspath(__file__))
SPOILED = 3


def faithful(_, frame, __):
    return [frame]


def losing(number, frame, _):
    return [] if number == SPOILED else [frame]


def doubling(number, frame, _):
    return [frame, frame] if number == SPOILED else [frame]


def swapping(number, frame, held):
    if number == SPOILED:
        held.append(frame)
        return []
    return [frame, held.pop()] if held else [frame]


def tearing(number, frame, _):
    return [frame[:10] + b"-" + frame[11:]] if number == SPOILED else [frame]


class Broadcaster:
    """A plain server, as the load tool calls it, that does something to what the first reader gets."""

    def __init__(self, spoil):
        self.spoil, self.held, self.readers = spoil, [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            stream = connection.makefile("rb")
            head = b"".join(iter(stream.readline, b"\r\n")).decode()
            key = head.split("Sec-WebSocket-Key: ")[1].split("\r\n")[0]
            accepted = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
            connection.sendall(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: " + accepted + b"\r\n\r\n")
            if head.startswith("GET /ws/"):
                self.readers.append(connection)
            else:
                threading.Thread(target=self.publish, args=(connection, stream), daemon=True).start()

    def publish(self, connection, stream):
        """Messages are of 128 bytes, with "0|" before them."""
        number = 0
        while head := stream.read(8):
            text = bytes(byte ^ head[4 + index % 4] for index, byte in enumerate(stream.read(head[2] << 8 | head[3])))
            frame = b"\x81\x7e\x00\x80" + text.partition(b"|")[2]
            for index, reader in enumerate(self.readers):
                frames = self.spoil(number, frame, self.held) if index == 0 else [frame]
                reader.sendall(b"".join(frames))
            number += 1
        connection.close()


def load(tool, port):
    words = [
        tool, "fan", "--server", "plain", "--port", port, "--pid", os.getpid(), "--readers", 3, "--in-flight", 4,
        "--warm-up", 0.1, "--seconds", 1]
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=60)


def test_faults_are_noticed(folder):
    made = subprocess.run(
        ["make", "--quiet", "-C", f"{HERE}/../../Benchmarks/load", f"OUT={folder}"], capture_output=True, text=True)
    check(made.returncode == 0, f"the load tool does not build: {made.stderr}")
    for spoil, fault in ((faithful, None), (losing, "lost"), (doubling, "doubled"), (swapping, "late")):
        done = load(f"{folder}/load", Broadcaster(spoil).port)
        check(done.returncode == (1 if fault else 0), f"{spoil.__name__}: ended with {done.returncode}: {done.stderr}")
        report = json.loads(done.stdout)
        check(report["expected"] > 3 * (SPOILED + 1), f"{spoil.__name__}: too little was sent: {report}")
        found = {key: report[key] for key in ("lost", "doubled", "late", "refused")}
        check(found == dict.fromkeys(found, 0) | ({fault: 1} if fault else {}), f"{spoil.__name__}: {found}")
    done = load(f"{folder}/load", Broadcaster(tearing).port)
    check(done.returncode == 2 and "no message of ours" in done.stderr, f"a torn message: {done}")
