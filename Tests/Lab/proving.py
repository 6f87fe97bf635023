"""Runs proofs, several networks at a time: most of what they do is waiting."""

import concurrent.futures
import tempfile
import time
import traceback

import proofs_broken
import proofs_good
from apus import Skip
from ground import Ground

GOOD = ("good", "nginx", "haproxy", "caddy")
AT_ONCE = 3


def prove(name, folder):
    """What can be told of a network in some seconds."""
    with Ground(name, folder) as ground:
        if name not in GOOD:
            return proofs_broken.PROOFS[name](ground)
        for proof in proofs_good.proofs(name):
            try:
                proof(ground)
            except Exception as trouble:
                trouble.add_note(f"in {proof.__name__}")
                raise


def prove_slowly(name, folder):
    """What takes minutes to be told of a good network."""
    with Ground(name, folder) as ground, concurrent.futures.ThreadPoolExecutor() as threads:
        for proving in [threads.submit(proof, ground) for proof in proofs_good.SLOW]:
            proving.result()


class Outcome:
    def __init__(self, title, work, *arguments):
        self.title, begun = title, time.monotonic()
        self.trouble = self.skipped = None
        with tempfile.TemporaryDirectory(prefix="apus-lab-", ignore_cleanup_errors=True) as folder:
            try:
                work(*arguments, folder)
            except Skip as reason:
                self.skipped = str(reason)
            except BaseException:
                self.trouble = traceback.format_exc()
        self.seconds = time.monotonic() - begun

    def __str__(self):
        if self.trouble:
            return f"FAIL {self.title} ({self.seconds:.1f} s)\n{self.trouble}"
        return f"skip {self.title}: {self.skipped}" if self.skipped else f"ok   {self.title} ({self.seconds:.1f} s)"


def outcomes(quick, slow=()):
    """An outcome for each name, as they come; slow ones run beside everything else."""
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as few, concurrent.futures.ThreadPoolExecutor() as many:
        started = [many.submit(Outcome, f"{name}, slowly", prove_slowly, name) for name in slow]
        started += [few.submit(Outcome, name, prove, name) for name in quick]
        for done in concurrent.futures.as_completed(started):
            yield done.result()
