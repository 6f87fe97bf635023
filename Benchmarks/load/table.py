"""The Markdown table of a set of runs."""

from statistics import median


def spread(values, digits):
    if not values:
        return "failed"
    return f"{median(values):,.{digits}f} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


class Row:
    """One figure of one workload over all repetitions."""

    def __init__(self, workload, figure, runs, references, reference):
        self.workload, self.figure, self.reference = workload, figure, reference
        self.values = [run[figure.key] for run in runs]
        self.references = [run[figure.key] for run in references]
        self.ratio = None
        if self.values and self.references and median(self.references) > 0:
            self.ratio = median(self.values) / median(self.references)
        self.met = False
        if self.values:
            self.met = figure.is_met(median(self.values), median(self.references) if self.references else None)

    def line(self):
        digits = self.figure.digits
        cells = (
            self.workload.name, f"{self.workload.what}: {self.figure.unit}", spread(self.values, digits),
            f"{self.reference} {spread(self.references, digits)}" if self.reference else "",
            f"{self.ratio:.2f}" if self.ratio else "", self.figure.budget(self.reference),
            {True: "yes", False: "**no**", None: ""}[self.met],
        )
        return f"| {' | '.join(cells)} |"


HEAD = (
    "| workload | what | Apus: median (min–max) | reference: median (min–max) | ratio | budget | met |\n"
    "|---|---|---|---|---|---|---|")


def faults(runs):
    """What must be zero, over all runs; and of how many deliveries."""
    names = {"lost": "lost", "doubled": "doubled", "late": "late", "refused": "refused or unanswered"}
    counts = {name: sum(int(run[key]) for run in runs) for key, name in names.items()}
    expected = sum(int(run["expected"]) for run in runs)
    words = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    return any(counts.values()), f"Of {expected:,} deliveries: {words}."


def disturbance(runs):
    worst = max((run["other_cpu_percent"] for run in runs), default=0)
    return f"Other programs used up to {worst:.0f} % of a core meanwhile" + (
        "; above 15 % the figures are rough." if worst > 15 else ".")
