"""What a client's run behind a network has shown, and the limits that it is held to."""

import dataclasses

from apus import check
from networks import NETWORKS

# Past that the client is not back; climbing is tried after 5 s, 30 s, 2 min.
PATIENCE = 200
# Seconds to the first message: over WebSocket, over another transport, and from the moment when a network that let
# nothing pass is good again: TCP's own repetitions where packets vanished, the longest back-off where it was refused.
FIRST_BY_WEBSOCKET, FIRST, FIRST_AFTER_SILENCE, FIRST_AFTER_REFUSALS = 1, 4, 5, 20
# How soon WebSocket carries again where it was broken for 20 s at most, and otherwise: the longest time between two of
# the first three probes, and the probe.
BROKEN_SHORTLY, BACK_SOON, BACK = 20, 35, 100


@dataclasses.dataclass
class Measured:
    name: str
    sentence: str
    messages: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    first: float = 0.0
    through: str = ""
    broken: float = 0.0
    back: float | None = None
    examples: list = dataclasses.field(default_factory=list)

    def compare(self, expected, came):
        """Both ways count: what was said must be in the log, and what is in the log must be heard."""
        self.lost += len(set(expected) - set(came))
        self.doubled += len(came) - len(set(came))
        place = {text: index for index, text in enumerate(expected)}
        once = list(dict.fromkeys(came))
        order = [place.get(text, -1) for text in once]
        late = [index for index in range(1, len(order)) if order[index - 1] > order[index]]
        self.disordered += len(late)
        self.examples += [once[max(0, index - 4):index + 4] for index in late[:3]]

    def check(self, is_quiet):
        """In a hurry no time is measured, only what came; on a busy machine every time is longer."""
        check(self.lost == self.doubled == self.disordered == 0, f"{self.name}: {self}")
        check(self.back is not None, f"{self.name}: not back on WebSocket within {PATIENCE} s: {self}")
        if is_quiet:
            is_good = not NETWORKS[self.name].breaks
            check(self.through == "websocket" or not is_good, f"{self.name}: a good network, and not by WebSocket: {self}")
            check(self.first <= self.first_limit, f"{self.name}: first message not within {self.first_limit} s: {self}")
            check(self.back <= self.back_limit, f"{self.name}: WebSocket not within {self.back_limit} s: {self}")

    @property
    def first_limit(self):
        if self.through == "nothing":
            return FIRST_AFTER_SILENCE if NETWORKS[self.name].is_silent else FIRST_AFTER_REFUSALS
        return FIRST if NETWORKS[self.name].breaks else FIRST_BY_WEBSOCKET

    @property
    def back_limit(self):
        return BACK_SOON if self.broken <= BROKEN_SHORTLY else BACK
