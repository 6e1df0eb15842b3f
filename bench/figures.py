"""A figure, its bar, and whether it holds. The bars are the project's promise: they change by decision, not by result."""

from dataclasses import dataclass
from statistics import median

# One client beside EventBridge's, which announces: RDS.
ONE_CLIENT = ("modify", "reboot")
FIRST_NEXT, FIRST_NEXT_ALL = 1.5, 2
INSTRUCTIONS, INSTRUCTIONS_ALL = 3, 5
FIRST_ANSWER = 3
MEMORY = 2
SIZE, SIZE_ALL = 3, 4.5
PEER = 30
PASS_MEMORY = 2
WARM_MS = 0.1
REACTION_MS = 20
SIMULATED = 100_000


@dataclass(frozen=True)
class Bar:
    """A limit of a figure's ratio to its reference; of its value where it has no reference."""

    limit: float
    words: str = "at most"

    def holds(self, measured):
        match self.words:
            case "at most":
                return measured <= self.limit
            case "at least":
                return measured >= self.limit
            case "under":
                return measured < self.limit
        raise ValueError(f"a bar is at most, at least or under, not {self.words}")


@dataclass(frozen=True)
class Figure:
    """Something measured."""

    figure: str
    subject: str
    value: float
    unit: str
    reference: float | None = None
    bar: Bar | None = None

    @property
    def ratio(self):
        """To the reference, where there is one."""
        return self.value / self.reference if self.reference else None

    @property
    def holds(self):
        """None where there is no bar."""
        return None if self.bar is None else self.bar.holds(self.value if self.ratio is None else self.ratio)

    @property
    def limit(self):
        """The bar in words."""
        return "" if self.bar is None else f"{self.bar.words} {self.bar.limit:g}{'' if self.ratio is None else 'x'}"

    def to_json(self):
        return {
            "figure": self.figure,
            "subject": self.subject,
            "value": self.value,
            "unit": self.unit,
            "reference": self.reference,
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "bar": self.limit or None,
            "holds": self.holds,
        }


def by_clients(function, one, all_of_them):
    """The bar of a function with one AWS client, or of one with all."""
    return Bar(one if function in ONE_CLIENT else all_of_them)


def milliseconds(nanoseconds):
    """The median, in milliseconds."""
    return round(median(nanoseconds) / 1e6, 4)


def percentile(values, share):
    """The smallest value that so many percent are not above."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]
