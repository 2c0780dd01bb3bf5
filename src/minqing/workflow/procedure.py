"""Write a governance procedure as one class: its states, its steps, its deadlines.

A procedure is data. Nothing here touches the database, so every rule can be checked before the server starts
(``problems``) and drawn as a diagram for the people it governs (``mermaid``)::

    class Errand(Procedure):
        key = "errand"
        title = "跑腿"

        asked = State("待受理", within=working_hours(4), start=True)
        done  = State("已办结", final=True)

        finish = Step("办结", asked, to=done, by=[VILLAGE_CLERK, GRID_WORKER], needs=[RESULT])

A class with a ``key`` registers itself; :func:`procedure` finds it by that key or by an older one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, TypeVar

from minqing.kernel.access import Role
from minqing.kernel.errors import Conflict, NotAllowed, Refused
from minqing.workflow import soundness
from minqing.workflow.parts import Effect, Leeway, State, Step, Within

Part = TypeVar("Part", State, Step)


class UnknownProcedure(LookupError):
    """No procedure, state or step of that name: a file was removed, or renamed without ``renamed_from``."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What taking a step would do: the step, where it came from, where it leads, what else happens."""

    step: Step
    source: State
    state: State
    effects: tuple[Effect, ...]


class _Body(dict[str, Any]):
    """A class body that remembers a state or step which a later one of the same name would replace."""

    def __init__(self) -> None:
        super().__init__()
        self.clashes: list[str] = []

    def __setitem__(self, name: str, value: Any) -> None:
        reserved = hasattr(Procedure, name) or name in Procedure.__annotations__
        if isinstance(self.get(name), State | Step) or (reserved and isinstance(value, State | Step)):
            self.clashes.append(name)
        super().__setitem__(name, value)


class _Reader(type):
    """Reads a procedure's class body; a name used twice becomes a sentence instead of a lost state."""

    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], /, **options: Any) -> dict[str, object]:
        return _Body() if bases else {}

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any], /, **options: Any) -> Any:
        if isinstance(body, _Body):
            body["clashes"] = tuple(body.clashes)
        return super().__new__(cls, name, bases, dict(body), **options)


class Procedure(metaclass=_Reader):
    """The base of all. ``renamed_from``: its older keys; ``unit_from_start``: runs begin with a unit."""

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    renamed_from: ClassVar[tuple[str, ...]] = ()
    unit_from_start: ClassVar[bool] = False
    # What its runs are about: a case, or a part of one.
    subject_kind: ClassVar[str] = "case"
    # How long the whole way may take, beside the clock of each leg; None: as long as its legs.
    overall: ClassVar[Within | None] = None
    leeway: ClassVar[Leeway] = Leeway()

    start: ClassVar[State]
    states: ClassVar[Mapping[str, State]] = {}
    steps: ClassVar[Mapping[str, Step]] = {}
    version: ClassVar[str] = ""
    clashes: ClassVar[tuple[str, ...]] = ()
    # Whether any step asks for a fact that only the domain of the subject knows.
    has_conditions: ClassVar[bool] = False

    def __init_subclass__(cls, *, registered: bool = True) -> None:
        parts = {name: part for base in reversed(cls.__mro__) for name, part in vars(base).items()}
        # ``start`` of a base is one of its states under a second name: leave it out.
        cls.states = {n: part for n, part in parts.items() if isinstance(part, State) and n == part.key}
        cls.steps = {name: part for name, part in parts.items() if isinstance(part, Step)}
        for state in cls.states.values():
            if state.start:
                cls.start = state
        cls.has_conditions = any(step.only_if for step in cls.steps.values())
        cls.version = _fingerprint(cls)
        if registered and cls.key:
            _register(cls)

    @classmethod
    def state(cls, name: str) -> State:
        """The state of that name, today's or an older one."""
        return _named(cls, "环节", cls.states, name)

    @classmethod
    def step(cls, name: str) -> Step:
        """The step of that name, today's or an older one."""
        return _named(cls, "动作", cls.steps, name)

    @classmethod
    def steps_from(cls, state: str) -> tuple[Step, ...]:
        """The steps that leave a state, in file order."""
        here = cls.state(state)
        return tuple(step for step in cls.steps.values() if here in step.sources)

    @classmethod
    def open_to(
        cls, state: str, held: Iterable[Role], facts: Collection[str] | None = None
    ) -> tuple[Step, ...]:
        """The steps that someone holding these roles may take from this state, in file order.

        ``facts``: keys of the conditions that hold; None leaves conditions out of account.
        """
        roles = set(held)
        return tuple(
            step
            for step in cls.steps_from(state)
            if roles.intersection(step.roles)
            and (facts is None or all(one.key in facts for one in step.only_if))
        )

    @classmethod
    def answering(cls, state: str) -> tuple[Role, ...]:
        """The official roles whose turn it is in a state, and on whose to-do list it stands."""
        return soundness.answering(cls.state(state), cls.steps_from(state))

    @classmethod
    def decide(
        cls,
        state: str,
        step: str,
        held: Iterable[Role],
        given: Collection[str],
        facts: Collection[str] = frozenset(),
    ) -> Decision:
        """Say what taking the step would do, or refuse it with a sentence. Changes nothing.

        ``held``: the roles of whoever asks, at this matter; ``given``: keys of the needs that were filled in;
        ``facts``: keys of the conditions that hold.
        """
        here = cls.state(state)
        try:
            chosen = cls.step(step)
        except UnknownProcedure:
            raise Refused("没有这个动作。请刷新页面后再试。") from None
        if here not in chosen.sources:
            raise Conflict(f"现在是“{here.label}”，不能“{chosen.label}”。可能有人刚刚办过，请刷新页面查看。")
        if not set(held).intersection(chosen.roles):
            raise NotAllowed(f"只有{chosen.who}可以“{chosen.label}”。")
        unmet = [one for one in chosen.only_if if one.key not in facts]
        if unmet:
            raise Refused(unmet[0].why_not)
        missing = [need for need in chosen.needs if need.required and need.key not in given]
        if missing:
            labels = "、".join(need.label for need in missing)
            raise Refused(f"“{chosen.label}”前请填写：{labels}。", field=missing[0].key)
        return Decision(chosen, here, chosen.to, chosen.then)

    @classmethod
    def problems(cls) -> tuple[str, ...]:
        """Mistakes in the definition, each as one sentence. Run by ``minqing procedures check``."""
        shape = soundness.Shape(
            cls.title, cls.states, cls.steps, cls.clashes, cls.unit_from_start, cls.overall, cls.leeway
        )
        return tuple(soundness.problems(shape))

    @classmethod
    def mermaid(cls) -> str:
        """The procedure as a Mermaid state diagram."""
        lines = ["stateDiagram-v2"]
        lines += [f"    [*] --> {state.key}" for state in cls.states.values() if state.start]
        for state in cls.states.values():
            clock = f"（{state.within.words}）" if state.within else ""
            lines.append(f"    {state.key}: {state.label}{clock}")
        lines += [f"    {a.key} --> {t.to.key}: {t.label}" for t in cls.steps.values() for a in t.sources]
        lines += [f"    {state.key} --> [*]" for state in cls.states.values() if state.final]
        return "\n".join(lines)


_known: dict[str, type[Procedure]] = {}


def procedure(key: str) -> type[Procedure]:
    """The registered procedure of that key, today's or an older one."""
    if found := _known.get(key):
        return found
    for one in _known.values():
        if key in one.renamed_from:
            return one
    known = "、".join(sorted(_known)) or "无"
    raise UnknownProcedure(f"没有名为 {key} 的规程。已登记的有：{known}。如果是改了名，请写 renamed_from。")


def procedures() -> tuple[type[Procedure], ...]:
    """Every registered procedure, in the order of registration."""
    return tuple(_known.values())


@contextmanager
def only(*chosen: type[Procedure]) -> Iterator[None]:
    """Know these procedures and no others for a while. For tests."""
    before = dict(_known)
    _known.clear()
    try:
        for one in chosen:
            _register(one)
        yield
    finally:
        _known.clear()
        _known.update(before)


def _register(new: type[Procedure]) -> None:
    taken = {name: one for one in _known.values() for name in (one.key, *one.renamed_from)}
    for name in (new.key, *new.renamed_from):
        if name in taken:
            raise ValueError(f"规程 {name} 已由 {taken[name].__module__} 登记，请换一个 key。")
    _known[new.key] = new


def _named(of: type[Procedure], kind: str, parts: Mapping[str, Part], name: str) -> Part:
    if found := parts.get(name):
        return found
    for part in parts.values():
        if name in part.renamed_from:
            return part
    raise UnknownProcedure(f"规程“{of.title}”没有{kind} {name}。如果是改了名，请写 renamed_from。")


def _fingerprint(of: type[Procedure]) -> str:
    """Twelve hexadecimal digits that change whenever the definition does."""

    notes = {
        "renamed_from",
        "source",
    }  # what it was called, and which law its term comes from: it runs as before

    def plain(part: object) -> object:
        return part.key if isinstance(part, State) else asdict(part)  # type: ignore[call-overload]

    content = [
        [name, {k: v for k, v in vars(part).items() if k not in notes}]
        for name, part in (*of.states.items(), *of.steps.items())
    ]
    content += [[asdict(of.overall)]] if of.overall else []
    text = json.dumps([of.key, of.title, content], default=plain, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
