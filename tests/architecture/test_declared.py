"""What the domains declare: events with their sentences, reactions, procedures, capabilities, roles."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import fields
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any, Final, get_args, get_type_hints
from uuid import UUID

from django.apps import apps

from minqing.cases.procedures.assist import LEAD
from minqing.journal.events import ERASED, EVENTS, Event
from minqing.journal.public import reactions_to
from minqing.kernel.access import CAPABILITIES, Capability
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import ROLES
from minqing.workflow.public import CLOCK, LISTER, REPORTER, SPONSOR, problems_of_all, procedures
from tests.architecture.source import HOME, calls, modules, name_of, tree_of
from tests.each import of_each

# Events and reactions that tests make for themselves are none of the domains'.
ALL: Final = sorted(
    (one for one in EVENTS.values() if ".tests." not in one.__module__), key=lambda one: one.kind
)
# Each reaction with the test that delivers it twice and finds its effect once.
_POSTS: Final = ("src/minqing/cases/tests/test_faults.py", "test_posts_are_watched_whoever_comes_or_goes")
_PARTS: Final = ("src/minqing/cases/tests/test_joint.py", "test_what_parts_hear_of_twice_is_done_once")
_LATE: Final = "src/minqing/cases/tests/test_late_and_switched.py"
DELIVERED_TWICE: Final[dict[str, tuple[str, str]]] = {
    **{
        f"minqing.workflow.reactions.{one}": _POSTS
        for one in (
            "after_a_unit",
            "after_an_end",
            "after_an_appointment",
            "after_a_closed_account",
            "after_a_reopened_account",
        )
    },
    **{
        f"minqing.cases.reactions.{one}": _PARTS
        for one in ("tell_of_a_late_part", "leave_the_parts", "move_the_dates")
    },
    **{
        f"minqing.cases.reactions.{one}": (
            _LATE,
            "test_a_line_whose_time_is_up_and_a_whole_way_that_took_too_long_are_heard_of_twice",
        )
        for one in ("climb_or_tell", "tell_above")
    },
    "minqing.cases.reactions.tell_those_who_hold_them": (
        _LATE,
        "test_holders_of_moved_clocks_are_told_once_however_often_it_is_heard",
    ),
}
# Parts that nobody is appointed to: the matter itself says who plays them.
RELATIVE: Final = (REPORTER, CLOCK, SPONSOR, LISTER, LEAD)
# A sentence may hold what people read as it is: numbers, codes, a percent sign.
FOREIGN: Final = re.compile(r"[A-Za-z]{2,}")


def sample(hint: Any) -> Any:
    """Return a value of a field's type."""
    if type(None) in get_args(hint):
        hint = next(one for one in get_args(hint) if one is not type(None))
    plain = {
        str: "样例", int: 3, bool: True, float: 1.5, UUID: uuid7(), date: date(2026, 11, 20),
        datetime: datetime(2026, 11, 20, 2, tzinfo=UTC),
    }  # fmt: skip
    if hint in plain:
        return plain[hint]
    inside = [one for one in get_args(hint) if one is not Ellipsis]
    assert inside, f"no sample for {hint}"
    # A list of lists holds changes: a label, before and after.
    return [sample(inside[0])] if inside[0] is not str else ["样例"] * 3


def told(kind: type[Event]) -> Event:
    hints = get_type_hints(kind)
    values = {one.name: sample(hints[one.name]) for one in fields(kind)}
    return kind(**values | {"subject_kind": "household"})


def again(event: Event, **changes: Any) -> Event:
    """Return the event as it comes back from the journal."""
    facts, personal = json.loads(json.dumps(event.parts()))
    return type(event).rebuilt(
        subject_kind=event.subject_kind, subject_id=event.subject_id, area_id=event.area_id,
        values={**facts, **personal, **changes},
    )  # fmt: skip


@of_each(ALL, lambda one: one.kind)
def test_an_event_belongs_to_its_domain_and_tells_of_it(kind: type[Event]) -> None:
    domain = kind.__module__.split(".")[1]
    assert re.fullmatch(rf"{domain}\.[a-z_]+", kind.kind), f"{kind.kind} in {kind.__module__}"
    # A domain with much to tell of has a file of events per topic.
    assert re.fullmatch(rf"minqing\.{domain}\.events(_[a-z]+)?", kind.__module__)
    names = {one.name for one in fields(kind)}
    assert kind.personal <= names - {"subject_kind", "subject_id", "area_id"}
    for event in (told(kind), again(told(kind))):
        _reads_well(event.sentence())


@of_each(ALL, lambda one: one.kind)
def test_an_event_is_told_after_its_personal_values_are_gone(kind: type[Event]) -> None:
    erased = again(told(kind), **dict.fromkeys(kind.personal))
    _reads_well(erased.sentence())
    emptied = again(told(kind), **dict.fromkeys(kind.personal, ""))
    _reads_well(emptied.sentence())


@of_each(ALL, lambda one: one.kind)
def test_free_text_of_an_event_is_personal(kind: type[Event]) -> None:
    """What somebody typed, or is called, may name a person: it can be erased."""
    hints = get_type_hints(kind)
    typed = {
        one.name
        for one in fields(kind)
        if re.search(
            r"words|heard|phone|id_number|^(name|who|met|text|reason|address|title|before|after)$", one.name
        )
        and hints[one.name] not in (int, bool, UUID)
    }
    public_names = {"areas", "accounts", "workflow"}  # names of places, officials and rules are published
    if kind.__module__.split(".")[1] in public_names or kind.is_read:
        return
    left = typed - kind.personal - {"due_words"}
    assert not left, f"{kind.kind}: {sorted(left)} should stand in `personal`"


def _reads_well(sentence: str) -> None:
    assert sentence.strip()
    assert re.search(r"[\u4e00-\u9fff]", sentence), sentence
    assert "None" not in sentence, sentence
    assert not FOREIGN.search(re.sub(r"GPS|QR|API", "", sentence)), sentence
    assert not re.search(r"“”|（）|：$|：（", sentence.replace(ERASED, "某")), (
        f"an empty place in: {sentence}"
    )


def test_every_reaction_is_delivered_twice_by_a_test() -> None:
    declared = {name for kind in EVENTS for name in reactions_to(kind) if ".tests." not in name}
    assert declared == set(DELIVERED_TWICE), "name the test that delivers it twice"
    for path, test in DELIVERED_TWICE.values():
        body = next(
            node
            for node in ast.walk(tree_of(HOME / path))
            if isinstance(node, ast.FunctionDef) and node.name == test
        )
        delivered = [
            one
            for one in ast.walk(body)
            if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "deliver"
        ]
        assert len(delivered) >= 2, f"{test} delivers once"


def test_every_procedure_is_sound() -> None:
    assert len(procedures()) >= 2
    assert problems_of_all() == {}
    for of in procedures():
        for step in of.steps.values():
            assert {*step.roles} <= {*ROLES.values(), *RELATIVE}, f"{of.key}.{step.key}"


def _constants() -> dict[str, Capability]:
    found = {}
    for config in apps.get_app_configs():
        if not config.name.startswith("minqing."):
            continue
        for path in sorted((HOME / f"src/minqing/{config.label}").glob("permissions*.py")):
            for name, value in vars(import_module(f"{config.name}.{path.stem}")).items():
                if isinstance(value, Capability) and name.isupper():
                    found[name] = value
    return found


def test_every_capability_is_declared_once_and_labelled() -> None:
    constants = _constants()
    assert {one.key for one in constants.values()} == set(CAPABILITIES)
    for one in constants.values():
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", one.key)
        assert not re.search(r"[A-Za-z]", one.label), one.label
    labels = [one.label for one in CAPABILITIES.values()]
    assert len(labels) == len(set(labels)), "two capabilities with one label: which one is missing?"


def test_every_capability_is_held_by_somebody_and_opens_something() -> None:
    used: set[str] = set()
    for path in modules():
        if re.match(r"(permissions|public)(_\w+)?\.py$", path.name):
            continue
        used |= {
            node.id if isinstance(node, ast.Name) else node.attr
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Name | ast.Attribute)
        }
    for name, one in _constants().items():
        assert one.held_by, f"{name}: nobody holds it"
        assert one.held_by <= set(ROLES.values())
        assert name in used, f"{name} opens nothing: use it or remove it"


@of_each(sorted(ROLES), str)
def test_every_role_holds_something(key: str) -> None:
    assert any(ROLES[key] in one.held_by for one in CAPABILITIES.values())


def test_reactions_are_declared_where_the_journal_looks() -> None:
    for path in modules():
        if any(name.endswith("reacts_to") for name, _ in calls(path)):
            assert path.name == "reactions.py" or "journal" in path.parts, name_of(path)
