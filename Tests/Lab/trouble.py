"""What a relay may do to those who connect through it."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Trouble:
    """Each field is one way of being broken; none of them is a relay that everything passes through as it came."""

    drops_upgrade: bool = False
    swallows_frames: bool = False
    holds_answers: bool = False  # an answer is sent when it is complete, so a stream never is
    cuts_after: float | None = None  # seconds since a connection was opened
    cuts_idle_after: float | None = None  # seconds without a byte either way
    cuts_upgraded_after: tuple[float, float] | None = None  # seconds since the 101, from and to
    answers: bytes | None = None  # what every request is answered with instead of being passed on
    speaks_http_1_0: bool = False  # both ways, and every answer ends its connection
    delay: tuple[float, float] | None = None  # seconds for each piece each way, from and to
    one_at_a_time: bool = False  # others wait until the connection that is being served has ended

    @property
    def ends_websockets(self):
        """Whoever comes from a better network into this one cannot bring a WebSocket along."""
        return self.drops_upgrade or self.speaks_http_1_0 or self.answers is not None

    @property
    def ends_connections(self):
        """After each answer."""
        return self.speaks_http_1_0 or self.one_at_a_time


GOOD = Trouble()


def answer(status, media_type, body):
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n"
        f"Connection: close\r\n\r\n{body}").encode()


BAD_GATEWAY = answer("502 Bad Gateway", "text/html", "<html><h1>502 Bad Gateway</h1></html>\n")
LENGTH_REQUIRED = answer("411 Length Required", "text/plain", "This proxy speaks HTTP/1.0: send Content-Length.\n")
PORTAL = answer("200 OK", "text/html; charset=utf-8", "<!doctype html><title>Welcome to Hotel WiFi</title><p>Accept our terms.\n")
