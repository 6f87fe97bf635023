#!/usr/bin/env python3
"""The soak is only as good as its checks: each must count what is wrong, and nothing else."""

import os
import sys
from types import SimpleNamespace

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "EndToEnd"))

from apus import check
from audit import faults
from gauges import MIB, over_restarts, over_time
from habits import Record


def event(seq, text=""):
    return seq, "message.created", "general", "u_1", None, {"text": text}


def test_faults():
    expected = [event(seq) for seq in (6, 8, 9)]
    for what, found, wrong in [
        ("as it should be", [6, 8, 9], {}),
        ("a loss at the end", [6, 8], {"lost": 1}), ("a loss of everything", [], {"lost": 3}),
        ("a double", [6, 8, 8, 9], {"doubled": 1}), ("one from before", [5, 6, 8, 9], {"doubled": 1}),
        ("disorder", [8, 6, 9], {"out_of_order": 1}), ("somebody else's", [6, 7, 8, 9], {"not_meant": 1}),
        ("a double and a loss", [6, 6, 9], {"doubled": 1, "lost": 1}),
    ]:
        counted = faults(expected, [event(seq) for seq in found], 5)
        check(dict(counted) == wrong, f"{what}: {dict(counted)}")
    counted = faults(expected, [event(6), event(8, "other"), event(9)], 5)
    check(dict(counted) == {"altered": 1}, f"another text: {dict(counted)}")


def test_gaps():
    record = Record("e-5", lambda: None)
    record.apply({"from": 5, "to": 7, "events": [{"seq": 6}]})
    record.begin({"epoch": "f", "seq": 7})
    check(record.gaps == 0 and record.cursor == "f-7", f"{record.gaps} gaps, {record.cursor}")
    record.apply({"from": 8, "to": 9})
    record.begin({"epoch": "f", "seq": 8})
    record.apply({"from": 7, "to": 9}, "f-9")
    check(record.gaps == 3, f"{record.gaps} gaps of 3 are seen")


def look(start=1, age=0, memory=50 * MIB, descriptors=300, threads=10):
    return SimpleNamespace(start=start, age=age, memory=memory, descriptors=descriptors, threads=threads)


def test_growth_over_time():
    def is_flat(**last):
        return over_time([look()] * 30 + [look(**last)] * 10)[1]

    check(is_flat() and is_flat(memory=67 * MIB, descriptors=370, threads=15), "a little more is growth")
    check(not is_flat(memory=69 * MIB), "69 MiB after 50 are flat")
    check(not over_time([look(memory=330 * MIB)] * 40)[1], "330 MiB are little")
    check(not is_flat(descriptors=380), "380 descriptors after 300 are flat")
    check(not is_flat(threads=17), "17 threads after 10 are flat")
    check(over_time([look(memory=9 * MIB)] * 10 + [look()] * 30)[1], "warming up is growth")
    check(over_time([look()] * 39 + [look(memory=500 * MIB)])[1], "one peak is growth")


def test_growth_over_restarts():
    def is_flat(memory):
        ages = [(start, age) for start in range(1, 7) for age in range(60)]
        return over_restarts([look(start, age, memory(start, age)) for start, age in ages], 60)[1]

    check(is_flat(lambda start, age: (20 + age) * MIB), "growth within each life is growth over restarts")
    check(not is_flat(lambda start, age: (20 + age + 8 * start) * MIB), "8 MiB more with each start are flat")
    check("too few" in over_restarts([look(1, 40), look(2, 40)], 60)[0], "two starts tell something")


if __name__ == "__main__":
    tests = [value for name, value in sorted(globals().items()) if name.startswith("test_")]
    for test in tests:
        test()
    print(f"{len(tests)} passed, 0 failed")
