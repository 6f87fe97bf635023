"""The readers, in processes of their own: one Python runs one thread at a time, and would be the limit."""

import multiprocessing
import traceback

from apus import wait_for
from audit import Audit
from habits import Person

PROCESSES = multiprocessing.get_context("fork")


class Audience:
    """Some readers and their audit in another process, which answers one request after the other."""

    def __init__(self, data, seats):
        """`seats` are the arguments for each `Person`."""
        self.pipe, end = PROCESSES.Pipe()
        self.process = PROCESSES.Process(target=self.serve, args=(end, data, seats), daemon=True)
        self.process.start()

    def ask(self, request, *arguments):
        self.pipe.send((request, arguments))

    def answer(self):
        answer = self.pipe.recv()
        if isinstance(answer, str):
            raise AssertionError(answer)
        return answer

    # In the other process.

    def serve(self, pipe, data, seats):
        try:
            self.readers = [Person(*seat) for seat in seats]
            self.audit = Audit(data, self.readers)
            pipe.send(None)
            while True:
                request, arguments = pipe.recv()
                pipe.send(getattr(self, request)(*arguments))
        except (EOFError, KeyboardInterrupt):
            return
        except BaseException:
            pipe.send(f"a process with readers ended: {traceback.format_exc()}")

    def report(self):
        """Compares with the log: how many events came, what was wrong, and in words."""
        self.audit.run()
        delivered = sum(reader.track.delivered for reader in self.readers)
        failures = [reader.failure for reader in self.readers if reader.failure]
        return delivered, self.audit.wrong, self.audit.notes + failures

    def read_to(self, seq):
        """Waits until everybody has come this far."""
        late = list(self.readers)
        for reader in late:
            reader.hurry()

        def all_there():
            late[:] = [reader for reader in late if not reader.failure and reader.track.seq < seq]
            return not late

        wait_for(all_there, lambda: f"{len(late)} readers, {late[0].name} first, to reach {seq}", 120)

    def part(self):
        for reader in self.readers:
            reader.stop()
