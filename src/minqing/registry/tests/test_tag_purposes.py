"""Each kind of tag has a purpose and a reason why one may know it; sensitive ones are for named roles."""

from __future__ import annotations

from datetime import date

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty, everyone, small_county
from minqing.kernel.errors import NotAllowed, Refused
from minqing.kernel.roles import GRID_WORKER, TOWN_DISPATCHER, VILLAGE_CLERK, VILLAGE_SECRETARY
from minqing.registry import public as registry
from minqing.registry import rules
from minqing.registry.models import Tag, TagKind
from minqing.registry.models.tags import SENSITIVE_SEEN_WITH
from minqing.registry.tests.factories import make_resident

UNTIL = date(2027, 5, 1)


@pytest.fixture
def county(db: None) -> SmallCounty:
    return small_county()


def put(county: SmallCounty, key: str, consent: str = "", *, born: date | None = None) -> Tag:
    who = make_resident(county.grid, birth_date=born)
    return registry.add_tag(
        subject=registry.SubjectRef("resident", who.id), kind_key=key, reason="上门核实", ends_on=UNTIL,
        consent=consent, by=county.actor(GRID_WORKER), at=AT,
    )  # fmt: skip


def test_every_kind_says_what_it_is_for_and_why_one_may_know(db: None) -> None:
    for kind in TagKind.objects.all():
        assert kind.purpose, kind.key
        assert kind.basis_words, kind.key
        assert kind.basis in rules.BASIS_LABELS
        assert bool(kind.seen_only_with) == kind.is_sensitive


def test_illness_is_written_down_only_when_the_person_agreed(county: SmallCounty) -> None:
    with pytest.raises(Refused, match="先得到本人或监护人同意"):
        put(county, "serious_illness")
    tag = put(county, "serious_illness", "self")
    assert (tag.consent, tag.consent_on) == ("self", date(2026, 11, 20))


def test_for_a_child_a_guardian_agrees(county: SmallCounty) -> None:
    with pytest.raises(Refused, match="不满 14 周岁"):
        put(county, "left_behind_child", "self", born=date(2017, 3, 1))
    assert put(county, "left_behind_child", "guardian", born=date(2017, 3, 1)).consent == "guardian"


def test_what_a_law_asks_for_needs_no_consent_and_keeps_none(county: SmallCounty) -> None:
    assert put(county, "minimum_living", "self").consent == ""


@pytest.mark.parametrize(
    ("key", "seen_by"),
    [
        ("serious_illness", {GRID_WORKER, VILLAGE_CLERK}),
        ("left_behind_child", {GRID_WORKER, VILLAGE_CLERK}),
        ("minimum_living", {GRID_WORKER, VILLAGE_CLERK, VILLAGE_SECRETARY}),
        ("living_alone", {GRID_WORKER, VILLAGE_CLERK, VILLAGE_SECRETARY, TOWN_DISPATCHER}),
    ],
)
def test_each_category_is_seen_by_its_roles_and_by_no_other(
    county: SmallCounty, key: str, seen_by: set[object]
) -> None:
    tag = put(county, key, "guardian")
    people = everyone(county)
    seen = {
        role for role, actor in people.items() if Tag.objects.visible_to(actor).filter(id=tag.id).exists()
    }
    of_the_desk = {role.key for role in seen_by}  # type: ignore[attr-defined]
    if key == "living_alone":
        assert of_the_desk <= seen
    else:
        assert seen == of_the_desk


def test_who_may_not_see_a_category_may_not_put_it_on(county: SmallCounty) -> None:
    who = make_resident(county.grid)
    with pytest.raises(NotAllowed):
        registry.add_tag(
            subject=registry.SubjectRef("resident", who.id), kind_key="serious_illness", reason="听说",
            ends_on=UNTIL, consent="self", by=county.actor(VILLAGE_SECRETARY), at=AT,
        )  # fmt: skip


def test_every_category_names_its_roles() -> None:
    assert set(SENSITIVE_SEEN_WITH) == set(rules.CATEGORY_LABELS)
    assert all(one.held_by for one in SENSITIVE_SEEN_WITH.values())


def test_the_dossier_says_what_a_tag_is_for_and_who_agreed(county: SmallCounty) -> None:
    tag = put(county, "serious_illness", "self")
    ref = registry.SubjectRef("resident", tag.subject_id)
    (line,) = registry.dossier(ref, county.actor(GRID_WORKER), AT).tags
    assert (line.purpose, line.agreed) == ("医疗救助，上门看望", "2026-11-20 本人同意")
