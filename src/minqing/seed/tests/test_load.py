"""What is loaded keeps every promise that the services would have kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Count
from pytest_django import DjangoDbBlocker

from minqing.accounts.public import ROLE_LEVELS, Appointment, Person, Unit, actor_of
from minqing.areas.public import Area, county, profile
from minqing.cases.public import Answer, Case, Topic, catalogue, suggestion
from minqing.diary.public import Finding
from minqing.journal.public import Detail, Entry, detail_hash, timeline
from minqing.kernel.clock import local
from minqing.kernel.errors import Refused
from minqing.registry.public import Household, HouseholdMember, Resident, identities_under
from minqing.seed.public import PASSWORD, demonstration_accounts, load
from minqing.workflow.public import Leg, Run, sweep_overdue, todo

SCALE = 0.1
# Who looks after the county, its files or its rights, and who watches: no step of a case is theirs.
IDLE = ("guanli", "anquan", "shenji", "dangan", "dengji", "ducha", "zongdiao", "jijian", "sanfang")
SEED = 20_261_121


@pytest.fixture(scope="module")
def _once(django_db_setup: None, django_db_blocker: DjangoDbBlocker, now: datetime) -> Iterator[None]:
    """Load once for the module, in a transaction that is rolled back at its end."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        load(at=now, seed=SEED, scale=SCALE)
        yield
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def loaded(_once: None, db: None) -> None:
    """The county is loaded; what a test changes is undone after it."""


@pytest.mark.usefixtures("loaded")
def test_the_tree_is_whole_and_the_county_is_a_demonstration() -> None:
    assert Area.objects.count() == 1 + 15 + 304 + 1_046 + 6_000
    county = profile()
    assert county is not None
    assert county.is_demonstration
    assert not Area.objects.exclude(parent=None).filter(path__exact="").exists()
    assert apps.get_model("areas", "AreaPeriod").objects.filter(ends_at=None).count() == Area.objects.count()


@pytest.mark.usefixtures("loaded")
def test_every_open_run_has_one_open_leg_and_every_case_its_run() -> None:
    running = Run.everything.filter(finished_at=None)
    assert running.exists()
    open_legs = Leg.objects.filter(left_at=None).values("run").annotate(n=Count("id"))
    assert {one["run"] for one in open_legs} == set(running.values_list("id", flat=True))
    assert all(one["n"] == 1 for one in open_legs)
    for case in Case.everything.select_related("run"):
        assert case.run.subject_id == case.id
        assert (case.closed_at is None) == case.run.is_running
        assert case.closed_at == case.run.finished_at
        # A case that changed its procedure counts its legs on.
        assert Leg.objects.filter(run__subject_id=case.id).count() == case.run.legs_count


@pytest.mark.usefixtures("loaded")
def test_a_household_has_one_head_and_everybody_one_household() -> None:
    heads = (
        HouseholdMember.objects.filter(relation="head", ends_on=None)
        .values("household")
        .annotate(n=Count("id"))
    )
    assert len(heads) == Household.everything.count()
    assert all(one["n"] == 1 for one in heads)
    assert HouseholdMember.objects.count() == Resident.everything.count()
    assert Resident.everything.exclude(id_index=None).count() == Resident.everything.count()
    one = Resident.everything.first()
    assert one is not None
    held = identities_under([one.id], [county().path])
    assert len(held[one.id].id_number) == 18, "it is sealed in the database and opens again"


@pytest.mark.usefixtures("loaded")
def test_a_finding_leads_to_its_case_and_answers_agree() -> None:
    linked = Case.everything.exclude(finding=None)
    assert linked.filter(source="visit").count() == Case.everything.filter(source="visit").count() > 50
    assert not linked.filter(finding__solved_on_spot=True).exists()
    assert Finding.objects.filter(solved_on_spot=True).exists()
    for case in Case.everything.filter(is_anonymous=False):
        answers = list(Answer.objects.filter(case=case))
        assert [one.number for one in answers] == list(range(1, len(answers) + 1))
        assert case.done == (answers[-1].done if answers else None)
        assert case.times_sent_back == sum(not one.done for one in answers)


@pytest.mark.usefixtures("loaded")
def test_an_anonymous_case_leaves_no_time_finer_than_the_hour() -> None:
    cases = list(Case.everything.filter(is_anonymous=True))
    assert cases
    for case in cases:
        assert case.id.version == 4
        entries = Entry.objects.filter(subject_id=case.id, person_name="匿名反映人")
        assert entries.exists()
        for entry in entries:
            assert (entry.at.minute, entry.id.version) == (0, 4)
        assert not apps.get_model("cases", "Contact").objects.filter(case=case).exists()


@pytest.mark.usefixtures("loaded")
def test_the_journal_is_as_its_own_function_would_have_written_it() -> None:
    details = {detail.entry_id: detail for detail in Detail.objects.all()}
    kinds = set()
    for entry in Entry.objects.all():
        detail = details.get(entry.id)
        personal, salt = (detail.personal, bytes(detail.salt)) if detail else ({}, b"")
        assert bytes(entry.detail_hash) == detail_hash(entry.facts, personal, salt)
        kinds.add(entry.kind)
    assert {
        "diary.visit_recorded",
        "cases.opened",
        "cases.step_taken",
        "cases.closed",
        "registry.added",
    } <= kinds
    case = Case.everything.exclude(closed_at=None).first()
    assert case is not None
    lines = timeline("case", case.id)
    assert len(lines) >= 2
    assert all(line.sentence for line in lines)


@pytest.mark.usefixtures("loaded")
def test_what_is_overdue_has_been_said_already(now: datetime) -> None:
    assert Run.everything.exclude(overdue_since=None).exists()
    assert sweep_overdue(at=now) == 0


@pytest.mark.usefixtures("loaded")
def test_every_demonstration_account_signs_in_and_finds_something_to_do(now: datetime) -> None:
    accounts = demonstration_accounts()
    assert len(accounts) == 23
    for account in accounts:
        person = Person.objects.get(username=account.username)
        assert person.has_usable_password()
        assert account.roles, account
        if account.username not in IDLE:
            actor = actor_of(person, now.date())
            assert todo(actor).exists(), account.username
    assert Person.objects.get(username="wangge").check_password(PASSWORD)
    assert len(actor_of(Person.objects.get(username="liangzhi"), now.date()).appointments) == 2
    others = Person.objects.exclude(username__in=[account.username for account in accounts])
    assert not any(person.has_usable_password() for person in others)


@pytest.mark.usefixtures("loaded")
def test_every_towns_cases_find_its_dispatcher_and_nobody_serves_where_the_role_may_not() -> None:
    for held in Appointment.objects.select_related("area"):
        assert held.area.level in ROLE_LEVELS[held.the_role], held.label
    towns = set(Appointment.objects.filter(role="town_dispatcher").values_list("area__path", flat=True))
    lying = set(Case.everything.values_list("area__path", flat=True))
    assert {".".join(path.split(".")[:2]) for path in lying} <= towns


@pytest.mark.usefixtures("loaded")
def test_two_answer_the_hotlines_telephones() -> None:
    said = {one.username: one.roles for one in demonstration_accounts()}
    assert said["rexian"] == said["huifang"] == ("12345 热线受理中心回访员",)
    assert said["shouli"] == ("谷来镇·马村村受理员",)
    names = Person.objects.filter(username__in=("rexian", "huifang")).values_list("name", flat=True)
    assert len(set(names)) == 2


@pytest.mark.usefixtures("loaded")
def test_every_unit_has_somebody_to_handle_what_it_is_given() -> None:
    handled = set(Appointment.objects.filter(role="handler").values_list("unit_id", flat=True))
    given = set(Case.everything.exclude(unit=None).values_list("unit_id", flat=True))
    assert given
    assert given <= handled
    assert Unit.objects.filter(kind="village_committee").exclude(id__in=handled).count() == 0


@pytest.mark.usefixtures("loaded")
def test_a_second_time_is_refused_with_a_sentence(now: datetime) -> None:
    with pytest.raises(Refused, match="已经有一个县"):
        load(at=now, seed=SEED, scale=SCALE)


@pytest.mark.usefixtures("loaded")
def test_the_catalogue_of_the_story_town_names_an_office_for_every_subject(now: datetime) -> None:
    dispatcher = actor_of(Person.objects.get(username="diaodu"), now.date())
    town = Area.objects.get(code="330683106")
    topics, on = list(Topic.objects.all()), local(now).date()
    for topic in topics:
        found = suggestion(topic, town, "", on=on)
        assert found is not None
        assert found.unit is not None, found.words
    lines = catalogue(dispatcher, town, on=on)
    ended = catalogue(dispatcher, town, on=on, ended=True)
    assert {one.topic_label for one in ended} == {"停车", "露天焚烧", "路灯照明", "快递进村"}
    assert {one.topic_label for one in lines} >= {one.topic_label for one in ended} - {"快递进村"}
    assert {one.area_name for one in lines} == {"谷来镇", "马村村"}
    assert any(0 < one.followed.followed < one.followed.suggested for one in lines)
    assert any(one.followed.suggested for one in ended)
