"""Find the defects of a procedure before anybody works by it, each explained in one Chinese sentence.

A procedure is a small directed graph, so everything is decided exactly: what can be reached, what can be
left, who is there to leave it. ``minqing procedures check`` prints these, and a guard test keeps the list
empty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from minqing.kernel.access import Role
from minqing.workflow.parts import (
    CLOCK,
    NOT_OFFICIAL,
    REPORTER,
    Leeway,
    Need,
    NeedKind,
    State,
    Step,
    Within,
)

Node = TypeVar("Node")


@dataclass(frozen=True, slots=True)
class Shape:
    """A procedure as a graph, taken apart for checking."""

    title: str
    states: Mapping[str, State]
    steps: Mapping[str, Step]
    clashes: tuple[str, ...] = ()
    unit_from_start: bool = False
    overall: Within | None = None
    leeway: Leeway = field(default_factory=Leeway)

    def has(self, state: State) -> bool:
        return self.states.get(state.key) is state

    def leaving(self, state: State) -> list[Step]:
        return [step for step in self.steps.values() if state in step.sources]


def problems(shape: Shape) -> Iterator[str]:
    """Every defect, most basic first; an empty shape reports only that it is empty."""
    if not shape.title.strip():
        yield "规程没有名称。请写上 title。"
    if not shape.states or not shape.steps:
        yield f"“{shape.title}”没有环节或没有动作，什么也办不了。"
        return
    yield from _names(shape)
    for step in shape.steps.values():
        yield from _step(shape, step)
    starts = [state for state in shape.states.values() if state.start]
    if len(starts) != 1:
        yield f"应当有且只有一个起始环节，现在有 {len(starts)} 个。请只给一个环节写上 start=True。"
    if not any(state.final for state in shape.states.values()):
        yield "没有一个环节写了 final=True，事情永远办不完。"
    yield from _clocks(shape)
    for state in shape.states.values():
        yield from _state(shape, state)
    yield from _nods(shape)
    if len(starts) == 1:
        yield from _paths(shape, starts[0])


def _nods(shape: Shape) -> Iterator[str]:
    """Where the reporter's nod ends a matter, the unit that did the work does not end it itself."""
    nodded = {step.to for step in shape.steps.values() if step.to.final and REPORTER in step.roles}
    for step in shape.steps.values():
        if step.to in nodded and any(role.by_unit for role in step.roles):
            yield f"动作“{step.label}”让承办单位自己办结，而“{step.to.label}”要反映人点头。请让别的岗位来问、来办结。"


def _names(shape: Shape) -> Iterator[str]:
    for name in shape.clashes:
        yield f"名字 {name} 用了两次，或者与规程自带的名字相同，前一个会丢失。请换一个名字。"
    for label in _twice(state.label for state in shape.states.values()):
        yield f"有两个环节都叫“{label}”，看的人分不清。"
    for kind in (shape.states, shape.steps):
        old = [name for one in kind.values() for name in one.renamed_from]
        for name in sorted({*_twice(old), *(set(old) & set(kind))}):
            yield f"旧名 {name} 同时指向两处，旧记录不知道该接到哪里。"
    meanings: dict[str, set[Need]] = {}
    for step in shape.steps.values():
        for need in step.needs:
            meanings.setdefault(need.key, set()).add(need)
    for key, needs in meanings.items():
        if len({(need.label, need.kind) for need in needs}) > 1:
            labels = "、".join(sorted(need.label for need in needs))
            yield f"填写项 {key} 在不同动作里含义不同：{labels}。请用不同的名字。"


def _step(shape: Shape, step: Step) -> Iterator[str]:
    if not step.label.strip():
        yield f"动作 {step.key} 没有名称。"
    if not step.sources:
        yield f"动作“{step.label}”没有写从哪个环节出发。"
    for state in dict.fromkeys((*step.sources, step.to)):
        if not shape.has(state):
            yield f"动作“{step.label}”用到的环节“{state.label}”不在本规程里。"
    if not step.roles:
        yield f"动作“{step.label}”没有人可以做。请用 by= 写明角色。"
    if len(set(step.sources)) < len(step.sources) or len(set(step.roles)) < len(step.roles):
        yield f"动作“{step.label}”的出发环节或角色写重了。"
    for key in _twice(need.key for need in step.needs):
        yield f"动作“{step.label}”的填写项 {key} 写重了。"
    for key in _twice(one.key for one in step.only_if):
        yield f"动作“{step.label}”的条件 {key} 写重了。"
    for one in step.only_if:
        if not one.why_not.strip():
            yield f"动作“{step.label}”的条件“{one.label}”没有写明不符合时怎么说。"
    for key in _twice(effect.key for effect in step.then):
        yield f"动作“{step.label}”的后续处理 {key} 写重了。"
    for need in step.needs:
        if (need.kind is NeedKind.CHOICE) != bool(need.choices):
            yield f"动作“{step.label}”的填写项“{need.label}”应当是选择题并列出选项，二者缺一不可。"
        elif _twice(value for value, _ in need.choices):
            yield f"动作“{step.label}”的填写项“{need.label}”有重复的选项。"


def _clocks(shape: Shape) -> Iterator[str]:
    """The clock of the whole way, and what may be granted on request."""
    if shape.overall is not None:
        if shape.overall.amount < 1:
            yield f"全程时限是 {shape.overall.words}，应当大于零。"
        timed = [(state, state.within) for state in shape.states.values() if state.within is not None]
        for state, within in timed:
            if within.measure is shape.overall.measure and within.amount > shape.overall.amount:
                yield (
                    f"全程时限（{shape.overall.words}）比环节“{state.label}”的时限（{within.words}）还短。"
                )
    leeway = shape.leeway
    if not leeway.approvers or not NOT_OFFICIAL.isdisjoint(leeway.approvers):
        yield "延期和挂起没有任职人员可以批准。请在 leeway 里写明 approvers。"
    limits = (leeway.extensions_max, leeway.extension_percent_max, leeway.pauses_max, leeway.pause_days_max)
    if min(limits) < 0:
        yield "延期和挂起的次数、长度不能是负数。不允许的话写 0。"


def _state(shape: Shape, state: State) -> Iterator[str]:
    leaving = shape.leaving(state)
    if not state.label.strip():
        yield f"环节 {state.key} 没有名称。"
    for label in _twice(step.label for step in leaving):
        yield f"环节“{state.label}”里有两个动作都叫“{label}”，看的人分不清。"
    if state.within is not None and state.within.amount < 1:
        yield f"环节“{state.label}”的时限是 {state.within.words}，应当大于零。"
    if state.final:
        if leaving:
            yield f"环节“{state.label}”是终点，却还有动作“{leaving[0].label}”从这里出发。"
        if state.within is not None:
            yield f"环节“{state.label}”是终点，不应再有时限。"
        return
    if not leaving:
        yield f"环节“{state.label}”不是终点，却没有动作离开，事情会停在这里。"
        return
    if state.within is None:
        yield f"环节“{state.label}”没有时限。请用 within= 写明。"
    able = {role for step in leaving for role in step.roles}
    if able <= NOT_OFFICIAL:
        yield f"环节“{state.label}”没有一个任职人员可以处理，超时也无人负责。"
    yield from _by_the_clock(state, leaving)
    for role in state.turn:
        if role not in able:
            yield f"环节“{state.label}”轮到{role.label}，但{role.label}在这里没有可做的动作。"


def _by_the_clock(state: State, leaving: list[Step]) -> Iterator[str]:
    """A step of the clock needs a clock, asks nobody anything, and must be the only one that could be meant."""
    ticking = [step for step in leaving if CLOCK in step.roles]
    for step in ticking:
        if state.within is None:
            yield f"动作“{step.label}”由时限触发，环节“{state.label}”却没有时限。"
        if any(need.required for need in step.needs):
            yield f"动作“{step.label}”由时限触发，没有人在场，不能要求填写。"
        if len(step.roles) > 1:
            yield f"动作“{step.label}”由时限触发，不能同时由人来做，请分成两个动作。"
    if len([step for step in ticking if not step.only_if]) > 1:
        yield f"环节“{state.label}”到时有两个动作可走，不知道走哪一个。请用 only_if= 分开。"


def _paths(shape: Shape, start: State) -> Iterator[str]:
    forward = {s: [t.to for t in shape.leaving(s) if shape.has(t.to)] for s in shape.states.values()}
    reached = _reach([start], forward)
    for state in shape.states.values():
        if state not in reached:
            yield f"从“{start.label}”出发永远到不了“{state.label}”。"
    backward: dict[State, list[State]] = {s: [] for s in shape.states.values()}
    for state, nexts in forward.items():
        for following in nexts:
            backward[following].append(state)
    finals = [state for state in shape.states.values() if state.final]
    ending = _reach(finals, backward)
    for state in shape.states.values():
        if finals and forward[state] and state not in ending:
            yield f"从“{state.label}”出发只能兜圈子，永远到不了终点。"
    yield from _units(shape, start)


def _units(shape: Shape, start: State) -> Iterator[str]:
    """A state in which only a unit's people may act needs a unit chosen on every way into it."""
    first = (start, shape.unit_from_start)
    seen, queue = {first}, [first]
    while queue:
        state, chosen = queue.pop(0)
        for step in shape.leaving(state):
            has_unit = chosen or any(n.kind is NeedKind.CHOICE_UNIT and n.required for n in step.needs)
            if (step.to, has_unit) not in seen:
                seen.add((step.to, has_unit))
                queue.append((step.to, has_unit))
    for state, chosen in seen:
        able = answering(state, shape.leaving(state))
        if able and not chosen and all(role.by_unit for role in able):
            yield f"有一条路到“{state.label}”时还没有选定单位，而那里只有单位的人可以处理。"


def answering(state: State, leaving: Iterable[Step]) -> tuple[Role, ...]:
    """The official roles whose turn it is: as the state says, or else every one with a step."""
    return state.turn or tuple(
        dict.fromkeys(role for step in leaving for role in step.roles if role not in NOT_OFFICIAL)
    )


def _reach(start: Iterable[Node], edges: Mapping[Node, list[Node]]) -> set[Node]:
    reached, queue = set(start), list(start)
    while queue:
        for following in edges.get(queue.pop(), ()):
            if following not in reached:
                reached.add(following)
                queue.append(following)
    return reached


def _twice(values: Iterable[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]
