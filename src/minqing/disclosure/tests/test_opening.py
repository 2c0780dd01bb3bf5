"""A file opens where work links its reader to it, the entry says which work, and nowhere else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from minqing.accounts.public import AppointedActor
from minqing.accounts.tests.factories import AT
from minqing.diary.tests.factories import make_visit
from minqing.disclosure import public as disclosure
from minqing.disclosure.tests.conftest import Here
from minqing.journal.models import Entry
from minqing.journal.public import reads_of
from minqing.kernel.errors import NotThere
from minqing.kernel.roles import GRID_WORKER
from minqing.registry import public as registry
from minqing.registry.tests.factories import make_enterprise, make_place

LATER = AT + timedelta(minutes=5)


def opened(here: Here, row, by: AppointedActor, at=LATER) -> disclosure.Link:
    return disclosure.open_file(ref=here.ref(row), by=by, at=at).because


def test_an_entry_says_who_in_which_part_and_why(here: Here) -> None:
    worker = here.people["grid_worker"]
    assert worker.acting is not None
    make_visit(here.home, worker, days_ago=3)
    link = opened(here, here.elder, worker)
    [line] = reads_of("resident", here.elder.id)
    assert line.sentence == "查看了档案：走访前后查看（2026-11-17 走访）"
    assert (line.who, line.role_label, line.because) == (
        worker.person_name,
        worker.acting.label,
        "2026-11-17 走访",
    )
    entry = Entry.objects.get(id=line.entry_id)
    assert entry.facts["link_kind"] == "visit"
    assert entry.facts["link_id"] == str(link.id)


def test_an_older_entry_without_a_link_reads_well(here: Here) -> None:
    from minqing.journal.events import FileOpened

    old = FileOpened.rebuilt(
        subject_kind="resident",
        subject_id=here.elder.id,
        area_id=here.elder.area_id,
        values={"purpose": "走访前查看"},
    )
    assert old.sentence() == "查看了档案：走访前查看"


def test_the_grid_worker_s_round_is_the_own_grid(here: Here) -> None:
    worker = here.people["grid_worker"]
    for row in (here.elder, here.home):
        assert opened(here, row, worker).kind == "round"
    second = here.county.actor(GRID_WORKER, area=here.county.second_grid)
    with pytest.raises(NotThere):
        opened(here, here.elder, second)


@pytest.mark.parametrize("role", ["village_clerk", "village_secretary", "town_dispatcher"])
def test_without_a_link_nothing_opens_and_the_try_is_on_record(here: Here, role: str) -> None:
    with pytest.raises(disclosure.NeedsReason) as refused:
        opened(here, here.elder, here.people[role])
    assert refused.value.who.id == here.elder.id
    [line] = reads_of("resident", here.elder.id)
    assert (line.kind, line.sentence) == ("disclosure.opening_refused", "想打开档案，没有工作联系，未打开")


def test_a_case_about_the_person_or_the_household_links_the_village(here: Here) -> None:
    here.case_about(here.home)
    for role in ("village_clerk", "village_secretary"):
        assert opened(here, here.elder, here.people[role]).kind == "case"
        assert opened(here, here.home, here.people[role]).kind == "case"
    # The dispatcher's part in a prompt matter comes when it is lifted; the role is in the procedure.
    assert opened(here, here.home, here.people["town_dispatcher"]).kind == "case"
    with pytest.raises(disclosure.NeedsReason):
        opened(here, here.neighbour, here.people["town_dispatcher"])


def test_a_hotline_case_is_the_town_s_work_and_the_village_s_people(here: Here) -> None:
    here.case_about(here.elder, procedure="hotline")
    assert opened(here, here.elder, here.people["town_dispatcher"]).kind == "case"
    assert opened(here, here.elder, here.people["village_secretary"]).kind == "case"
    with pytest.raises(disclosure.NeedsReason):  # a matter of one member is not the other's file
        opened(here, here.spouse, here.people["village_secretary"])


def test_whoever_registered_it_looks_whether_it_is_right_for_a_day(here: Here) -> None:
    clerk = here.people["village_clerk"]
    who = registry.ResidentInput(name="新来的人")
    made = registry.add_resident(area_id=here.county.grid.id, values=who, by=clerk, at=AT)
    assert opened(here, made, clerk).kind == "kept"
    with pytest.raises(disclosure.NeedsReason):
        opened(here, made, clerk, AT + timedelta(days=1, minutes=1))
    with pytest.raises(disclosure.NeedsReason):
        opened(here, made, here.people["village_secretary"])


def test_a_change_opens_nothing_for_longer(here: Here) -> None:
    """Who edits under a broken glass has its half hour, not a day; who posts a tag unseen has nothing."""
    registrar = here.people["registrar"]
    disclosure.break_glass(
        ref=here.ref(here.elder),
        category="other",
        words="老人来电话说家里漏水，要核对门牌",
        by=registrar,
        at=AT,
    )
    registry.edit_resident(
        resident_id=here.elder.id, version=here.elder.version, values=registry.ResidentInput(name="裘桂芳"),
        by=registrar, at=LATER,
    )  # fmt: skip
    assert opened(here, here.elder, registrar).kind == "glass"
    with pytest.raises(disclosure.NeedsReason):
        opened(here, here.elder, registrar, AT + timedelta(minutes=31))


def test_the_grid_worker_who_closes_a_file_sees_that_day_whether_it_is_right(here: Here) -> None:
    worker, row = here.people["grid_worker"], here.elder
    registry.resident_gone(
        resident_id=row.id, version=row.version, how="died", on=AT.date(), by=worker, at=AT
    )
    assert opened(here, row, worker).kind == "kept"
    with pytest.raises(disclosure.NeedsReason):
        opened(here, row, worker, AT + timedelta(days=1, minutes=1))


def test_a_visit_of_the_town_s_desk_opens_nothing(here: Here) -> None:
    dispatcher = here.people["town_dispatcher"]
    for kind in ("visit", "missed"):
        make_visit(here.elder, dispatcher, kind=kind, met="", heard="没什么事", done="")
        make_visit(here.home, dispatcher, kind=kind, met="", heard="没什么事", done="")
    for row in (here.elder, here.home):
        with pytest.raises(disclosure.NeedsReason):
            opened(here, row, dispatcher)
    here.case_about(here.elder, procedure="hotline")
    assert opened(here, here.elder, dispatcher).kind == "case"


def test_a_visit_in_the_own_village_links_when_somebody_was_met(here: Here) -> None:
    clerk, secretary = here.people["village_clerk"], here.people["village_secretary"]
    make_visit(here.elder, secretary, kind="missed", met="", heard="", done="")
    with pytest.raises(disclosure.NeedsReason):
        opened(here, here.elder, secretary)
    make_visit(here.elder, clerk)
    assert opened(here, here.elder, clerk).kind == "visit"


def test_a_visit_written_under_a_glass_ends_with_it(here: Here) -> None:
    clerk = here.people["village_clerk"]
    disclosure.break_glass(
        ref=here.ref(here.elder), category="other", words="老人来电话说家里漏水，要核对门牌", by=clerk,
        at=AT - timedelta(hours=2),
    )  # fmt: skip
    make_visit(here.elder, clerk, days_ago=1.9 / 24)  # under the glass
    make_visit(here.home, clerk)  # at the household, while nobody has judged
    for row in (here.elder, here.home):
        with pytest.raises(disclosure.NeedsReason):
            opened(here, row, clerk)


def test_firms_and_places_open_to_who_keeps_the_files_of_the_area(here: Here) -> None:
    firm, place = make_enterprise(here.county.village), make_place(here.county.village)
    for row in (firm, place):
        ref = registry.SubjectRef(row.subject_kind, row.id)
        assert (
            disclosure.open_file(ref=ref, by=here.people["village_secretary"], at=AT).because.kind
            == "premises"
        )
        with pytest.raises(disclosure.NeedsReason):
            disclosure.open_file(ref=ref, by=here.people["town_dispatcher"], at=AT)


def test_a_closed_file_is_on_nobody_s_round(here: Here) -> None:
    here.elder.closed_on, here.elder.how_gone = AT.date(), "died"
    here.elder.save()
    with pytest.raises(disclosure.NeedsReason):
        opened(here, here.elder, here.people["grid_worker"])


def test_another_domain_s_link_is_passed_in(here: Here) -> None:
    link = disclosure.Link(disclosure.REQUEST, here.elder.id, "办理本人权利申请", "申请 261120-ABCD")
    found = disclosure.open_file(
        ref=here.ref(here.elder), by=here.people["village_clerk"], at=AT, also=[link]
    )
    assert found.because == link


def test_what_stands_beside_a_file_asks_for_the_same_link_without_an_entry(here: Here) -> None:
    before = Entry.objects.count()
    for row in (here.elder, here.home):
        assert disclosure.linked(ref=here.ref(row), by=here.people["grid_worker"], at=AT).kind == "round"
    assert Entry.objects.count() == before
    with pytest.raises(disclosure.NeedsReason):
        disclosure.linked(ref=here.ref(here.home), by=here.people["village_clerk"], at=AT)


# Role × (own grid's, neighbouring village's, other town's) resident, without any work there: L a link, R a reason is
# asked for, – not there.
MATRIX = """
grid_worker             L – –
village_clerk           R – –
village_secretary       R – –
town_dispatcher         R R –
"""


@pytest.mark.parametrize("row", MATRIX.split("\n")[1:-1])
def test_roles_and_whose_file(here: Here, row: str) -> None:
    role, *expected = row.split()
    found = []
    for resident in (here.elder, here.neighbour, here.far):
        try:
            opened(here, resident, here.people[role])
            found.append("L")
        except disclosure.NeedsReason:
            found.append("R")
        except NotThere:
            found.append("–")
    assert found == expected


def test_opening_takes_three_statements_more_at_most(here: Here, django_assert_max_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def counted(do) -> int:
        with CaptureQueriesContext(connection) as asked:
            do()
        return len([one for one in asked.captured_queries if one["sql"].startswith("SELECT")])

    clerk, ref = here.people["village_clerk"], here.ref(here.elder)
    glass = {"category": "other", "words": "老人来电话说家里漏水，要核对门牌"}
    disclosure.break_glass(ref=ref, **glass, by=clerk, at=AT)
    plain = counted(lambda: registry.dossier(ref, clerk, LATER))
    assert counted(lambda: opened(here, here.elder, clerk)) <= plain + 3


def test_the_doors_open_files_through_here_only() -> None:
    from tests.architecture.source import calls, modules

    for path in modules():
        if not {"desk", "mobile", "api", "portal"} & set(path.parts):
            continue
        names = [name for name, _ in calls(path) if name in ("registry.dossier", "registry.open_dossier")]
        allowed = 1 if path.name == "disclosure.py" and "desk" in path.parts else 0
        assert len(names) <= allowed, f"{path}: open a file with disclosure.open_file"
