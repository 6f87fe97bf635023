"""A strict reader of Prometheus's text format, version 0.0.4."""

import math
import re

from apus import check

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABELS = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)')
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)")
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",), "untyped": ("",)}


class Metrics:
    def __init__(self, text):
        check(text.endswith("\n"), "the last line has no end")
        self.types, self.samples, helps, family = {}, {}, set(), None
        for line in text.splitlines():
            if match := re.fullmatch(rf"# HELP ({NAME}) (.+)", line):
                check(match[1] not in helps, f"two HELP of {match[1]}")
                helps.add(match[1])
                family = match[1]
            elif match := re.fullmatch(rf"# TYPE ({NAME}) (counter|gauge|histogram|untyped)", line):
                check(match[1] == family and family not in self.types, f"TYPE out of place: {line}")
                self.types[family] = match[2]
            else:
                self.sample(line, family)
        for name, kind in self.types.items():
            if kind == "histogram":
                self.check_histogram(name)
            if kind == "counter":
                check(name.endswith("_total"), f"the counter {name} should end with _total")

    def sample(self, line, family):
        match = SAMPLE.fullmatch(line)
        check(match, f"not a sample: {line!r}")
        name, labels, value = match.groups()
        kind = self.types.get(family)
        check(kind and name in [family + suffix for suffix in SUFFIXES[kind]], f"{name} below the TYPE of {family}")
        pairs, rest = [], labels or ""
        while rest:
            label = LABELS.match(rest)
            check(label, f"labels: {line!r}")
            pairs.append((label[1], label[2]))
            rest = rest[label.end():]
        key = (name, tuple(sorted(pairs)))
        check(key not in self.samples, f"twice: {line}")
        number = float(value.replace("Inf", "inf"))
        check(not math.isnan(number) and (kind == "gauge" or number >= 0), f"the value of {line!r}")
        self.samples[key] = number

    def check_histogram(self, name):
        buckets = [(dict(labels)["le"], value) for (key, labels), value in self.samples.items() if key == name + "_bucket"]
        bounds = [float(bound.replace("Inf", "inf")) for bound, _ in buckets]
        counts = [value for _, value in buckets]
        check(bounds == sorted(bounds) and bounds[-1:] == [math.inf], f"{name}: bounds {bounds}")
        check(counts == sorted(counts), f"{name}: the buckets are not cumulative")
        check(counts[-1] == self.samples[name + "_count", ()], f"{name}: the count is not that of +Inf")
        check(name + "_sum" in {key for key, _ in self.samples}, f"{name} has no sum")

    def value(self, name, **labels):
        return self.samples.get((name, tuple(sorted(labels.items()))), 0)

    def total(self, name):
        return sum(value for (key, _), value in self.samples.items() if key == name)


def scrape(server):
    answer = server.get("/metrics")
    check(answer.status == 200, f"/metrics: {answer}")
    check(answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"), answer.headers["Content-Type"])
    return Metrics(answer.body.decode())
