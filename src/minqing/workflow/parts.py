"""What a procedure is written with: deadlines, needs, effects, states and steps. Plain data, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from minqing.kernel.access import Role

# Whoever brought the matter, with or without an account. Held through the receipt, never by appointment.
REPORTER = Role("reporter", "反映人")


class Measure(StrEnum):
    """How a span is counted; the values are stored with every clock."""

    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


_MEASURE_WORDS = {
    Measure.WORKING_HOURS: "个工作小时",
    Measure.WORKING_DAYS: "个工作日",
    Measure.CALENDAR_DAYS: "天",
}


@dataclass(frozen=True, slots=True)
class Within:
    """A span of time allowed for a state; ``rules.due_at`` turns it into a moment."""

    amount: int
    measure: Measure

    @property
    def words(self) -> str:
        """The span as people say it: “5 个工作日”."""
        return f"{self.amount} {_MEASURE_WORDS[self.measure]}"


def working_hours(n: int) -> Within:
    """So many hours of office time, counted from the moment itself."""
    return Within(n, Measure.WORKING_HOURS)


def working_days(n: int) -> Within:
    """To the close of business of the n-th working day after the day itself."""
    return Within(n, Measure.WORKING_DAYS)


def calendar_days(n: int) -> Within:
    """To the close of business of the n-th day after the day itself, or of the next working day."""
    return Within(n, Measure.CALENDAR_DAYS)


class NeedKind(StrEnum):
    """What sort of field the form shows for a need."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    YES_NO = "yes_no"
    DATE = "date"
    PHOTO = "photo"
    CHOICE = "choice"
    CHOICE_UNIT = "choice_unit"
    CHOICE_TOPIC = "choice_topic"  # from the subject scheme, which is data of the subject's domain


@dataclass(frozen=True, slots=True)
class Need:
    """Something the person supplies with a step; the step's form is made from its needs."""

    key: str
    label: str
    kind: NeedKind = NeedKind.LONG_TEXT
    required: bool = True
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What else happens, in the same transaction, with the step; the domain of the subject carries it out."""

    key: str
    label: str
    argument: int | str | None = None


class State:
    """Where a matter stands, and how long it may stand there."""

    key = ""  # its name in the class body

    def __init__(
        self,
        label: str,
        *,
        within: Within | None = None,
        start: bool = False,
        final: bool = False,
        turn: Role | Sequence[Role] = (),
        renamed_from: Sequence[str] = (),
    ) -> None:
        """``turn``: whose to-do list it is on. Unsaid: that of every official role with a step here."""
        self.label, self.within, self.start, self.final = label, within, start, final
        self.turn = _roles(turn)
        self.renamed_from = tuple(renamed_from)

    def __set_name__(self, owner: type, name: str) -> None:
        self.key = name


class Step:
    """What somebody may do in a state (or several), and where it leads."""

    key = ""  # its name in the class body

    def __init__(
        self,
        label: str,
        source: State | Sequence[State],
        *,
        to: State,
        by: Role | Sequence[Role],
        needs: Sequence[Need] = (),
        then: Sequence[Effect] = (),
        renamed_from: Sequence[str] = (),
    ) -> None:
        self.label, self.to = label, to
        self.sources = (source,) if isinstance(source, State) else tuple(source)
        self.roles = _roles(by)
        self.needs, self.then = tuple(needs), tuple(then)
        self.renamed_from = tuple(renamed_from)

    def __set_name__(self, owner: type, name: str) -> None:
        self.key = name

    @property
    def who(self) -> str:
        """The roles that may take it, in words."""
        return "、".join(role.label for role in self.roles)


def _roles(given: Role | Sequence[Role]) -> tuple[Role, ...]:
    return (given,) if isinstance(given, Role) else tuple(given)
