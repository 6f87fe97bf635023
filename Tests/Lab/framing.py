"""As much of HTTP/1.1 (RFC 9112) as a relay must understand: heads, and where a body ends."""

HEAD_END = b"\r\n\r\n"
LARGEST_HEAD = 64 << 10


class Malformed(Exception):
    """What came is not HTTP/1.1 as a relay reads it."""


class Head:
    """The first line and the fields of a request or an answer, in their order."""

    def __init__(self, first, fields):
        self.first, self.fields = first, fields

    @classmethod
    def take(cls, buffer):
        """The head at the beginning of a bytearray, taken out of it; None until it is there whole."""
        end = buffer.find(HEAD_END)
        if end < 0:
            if len(buffer) > LARGEST_HEAD:
                raise Malformed(f"a head of more than {LARGEST_HEAD} bytes")
            return None
        first, *lines = bytes(buffer[:end]).decode("latin-1").split("\r\n")
        del buffer[:end + len(HEAD_END)]
        fields = []
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon:
                raise Malformed(f"a field without a colon: {line!r}")
            fields.append((name, value.strip()))
        return cls(first, fields)

    def get(self, name):
        """The field's values, joined; empty if there is none."""
        return ", ".join(value for found, value in self.fields if found.lower() == name.lower())

    def without(self, *names):
        unwanted = {name.lower() for name in names}
        return Head(self.first, [field for field in self.fields if field[0].lower() not in unwanted])

    def adding(self, name, value):
        return Head(self.first, [*self.fields, (name, value)])

    def bytes(self):
        return "\r\n".join([self.first, *(f"{name}: {value}" for name, value in self.fields), "", ""]).encode("latin-1")

    @property
    def method(self):
        return self.first.split(" ")[0]

    @property
    def target(self):
        return self.first.split(" ")[1]

    @property
    def status(self):
        return int(self.first.split(" ")[1])

    @property
    def asks_for_upgrade(self):
        return self.get("Upgrade").lower() == "websocket"


class Length:
    """A body of so many bytes; None: up to the end of the connection."""

    def __init__(self, left):
        self.left, self.ends_with_connection = left, left is None

    @property
    def complete(self):
        return self.left == 0

    def take(self, buffer):
        piece = bytes(buffer if self.left is None else buffer[:self.left])
        del buffer[:len(piece)]
        if self.left is not None:
            self.left -= len(piece)
        return piece


class Chunks:
    """A chunked body, which passes as it is; only its end is looked for."""

    ends_with_connection = False

    def __init__(self):
        self.left, self.in_trailers, self.complete = 0, False, False

    def take(self, buffer):
        end = 0
        while not self.complete:
            if self.left:
                step = min(self.left, len(buffer) - end)
                if not step:
                    break
                self.left, end = self.left - step, end + step
                continue
            line_end = buffer.find(b"\r\n", end)
            if line_end < 0:
                break
            line, end = bytes(buffer[end:line_end]), line_end + 2
            if self.in_trailers:
                self.complete = not line
                continue
            try:
                size = int(line.split(b";")[0], 16)
            except ValueError:
                raise Malformed(f"a chunk of the size {line[:40]!r}") from None
            self.in_trailers = size == 0
            self.left = size + 2 if size else 0  # with the line end after its data
        piece = bytes(buffer[:end])
        del buffer[:end]
        return piece


def body_of_request(head):
    if head.get("Transfer-Encoding"):
        return Chunks()
    return Length(int(head.get("Content-Length") or 0))


def body_of_answer(head, method):
    if method == "HEAD" or head.status in (204, 304):
        return Length(0)
    if head.get("Transfer-Encoding"):
        return Chunks()
    length = head.get("Content-Length")
    return Length(int(length) if length else None)
