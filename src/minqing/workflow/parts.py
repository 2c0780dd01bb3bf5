"""What a procedure is written with: deadlines, needs, effects, states and steps. Plain data, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from minqing.kernel.access import Role
from minqing.kernel.roles import REVIEWER, TOWN_DISPATCHER

# Parts that nobody is appointed to; a matter itself says who plays them.
# Whoever brought the matter, with or without an account: held through the receipt.
REPORTER = Role("reporter", "反映人")
# Nobody: the minute's sweep takes the step when the time of the leg is up.
CLOCK = Role("clock", "时限")
# The leader whom the run names as answering for it (包案), and the body that listed it, at exactly that area.
SPONSOR = Role("sponsor", "包案领导")
LISTER = Role("lister", "列督单位")
NOT_OFFICIAL = frozenset({REPORTER, CLOCK})

# How a leg ended that no step of its procedure ended.
SWITCHED, MERGED, SEPARATED, REOPENED = "switched", "merged", "separated", "reopened"
ENDED_OTHERWISE = {
    SWITCHED: "转到另一规程",
    MERGED: "随主件一起办",
    SEPARATED: "不再合办",
    REOPENED: "重新办理",
}


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


@dataclass(frozen=True, slots=True)
class Leeway:
    """What may be granted to a clock on request: who decides (never who asks), how often and how much.

    Extensions of one leg (or of the whole way) together are at most ``extension_percent_max`` of its own span.
    """

    approvers: tuple[Role, ...] = (TOWN_DISPATCHER, REVIEWER)
    extensions_max: int = 1
    extension_percent_max: int = 100
    pauses_max: int = 2
    pause_days_max: int = 60


class NeedKind(StrEnum):
    """What sort of field the form shows for a need."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    YES_NO = "yes_no"
    DATE = "date"
    PHOTO = "photo"
    CHOICE = "choice"
    CHOICE_UNIT = "choice_unit"
    CHOICE_UNITS = "choice_units"  # several: their ids, with commas between
    CHOICE_PERSON = "choice_person"  # one of those who may be named; the subject's domain offers them
    CHOICE_TOPIC = "choice_topic"  # from the subject scheme, which is data of the subject's domain
    NUMBER = "number"


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


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must hold before a step is taken; the domain of the subject knows whether it does.

    ``why_not`` is what somebody reads who tries all the same: what is missing, and who can do what about it.
    """

    key: str
    label: str
    why_not: str


class State:
    """Where a matter stands, and how long it may stand there."""

    key = ""  # its name in the class body

    def __init__(
        self,
        label: str,
        *,
        within: Within | None = None,
        source: str = "",
        start: bool = False,
        final: bool = False,
        turn: Role | Sequence[Role] = (),
        renamed_from: Sequence[str] = (),
    ) -> None:
        """``turn``: whose to-do list it is on. Unsaid: that of every official role with a step here.

        ``source``: the law and its article that ``within`` comes from; an office may stay below it, never above.
        """
        self.source = source
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
        only_if: Sequence[Condition] = (),
        renamed_from: Sequence[str] = (),
    ) -> None:
        self.label, self.to = label, to
        self.sources = (source,) if isinstance(source, State) else tuple(source)
        self.roles = _roles(by)
        self.needs, self.then = tuple(needs), tuple(then)
        self.only_if = tuple(only_if)
        self.renamed_from = tuple(renamed_from)

    def __set_name__(self, owner: type, name: str) -> None:
        self.key = name

    @property
    def who(self) -> str:
        """The roles that may take it, in words."""
        return "、".join(role.label for role in self.roles)


def _roles(given: Role | Sequence[Role]) -> tuple[Role, ...]:
    return (given,) if isinstance(given, Role) else tuple(given)
