"""Visits and cases are spread over half a year, in texts that differ, along procedures as they are."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import timedelta
from importlib.resources import files
from random import Random

import pytest

from minqing.cases.public import SOURCE_LABELS
from minqing.diary.public import CADENCES
from minqing.seed.courses import HABITS
from minqing.seed.lives import VisitSeed, walk_the_grids
from minqing.seed.matters import CaseSeed, open_cases
from minqing.seed.stories import Storyteller, matters
from minqing.seed.words import table
from minqing.seed.world import CARE_WITHIN_DAYS, World
from minqing.workflow.official import official_calendar
from minqing.workflow.public import procedure


@pytest.fixture(scope="module")
def visits(world: World) -> list[VisitSeed]:
    return walk_the_grids(world)


@pytest.fixture(scope="module")
def cases(world: World, visits: list[VisitSeed]) -> list[CaseSeed]:
    return open_cases(world, visits, official_calendar())


def test_there_is_a_matter_for_every_topic() -> None:
    text = files("minqing.cases").joinpath("data", "topics.csv").read_text(encoding="utf-8")
    leaves = {row["key"] for row in csv.DictReader(text.splitlines()) if row["parent"]}
    assert {matter.topic for matter in matters()} == leaves
    assert len(matters()) >= 120


def test_every_text_can_be_told_without_a_loose_bracket(world: World) -> None:
    teller = Storyteller(world.tree, Random(4))
    area = world.tree.by_code[world.population.households[0].area_code]
    slots = {**teller.slots(area, world.firms[0]), "unit": "水利局", "other": "产权单位"}
    for matter in matters():
        texts = [matter.title, *matter.heard, matter.found, matter.done, matter.reply, matter.spot]
        for text in texts:
            told = teller.fill(text, slots)
            assert not set(told) & set("[]{}|"), told
        assert len(teller.fill(matter.title, slots)) <= 30
    for key in (
        "advice",
        "opinion",
        "reject",
        "lift",
        "hand_back",
        "refuse",
        "uphold",
        "overrule",
        "decline",
        "not_done",
        "unanswered",
    ):
        for _ in range(30):
            assert not set(teller.step(key, slots)) & set("[]{}|")


def test_care_is_due_as_often_as_the_diary_says() -> None:
    assert CARE_WITHIN_DAYS.items() <= {cadence.tag: cadence.within_days for cadence in CADENCES}.items()
    assert set(table("phrases")["tags"]) >= set(CARE_WITHIN_DAYS)


def test_visits_fill_half_a_year_and_none_lies_ahead(world: World, visits: list[VisitSeed]) -> None:
    assert len(visits) == 6_000
    for visit in visits:
        assert world.now - timedelta(days=185) < visit.visited_at <= visit.recorded_at <= world.now
        texts = [finding.text for finding in visit.findings]
        assert len(set(texts)) == len(texts)
        assert all(text in visit.heard and len(text) <= 500 for text in texts)
    months = Counter(visit.visited_at.month for visit in visits)
    assert min(months[month] for month in (6, 7, 8, 9, 10)) > 500


def test_texts_are_distinct_enough(visits: list[VisitSeed], cases: list[CaseSeed]) -> None:
    findings = [finding.text for visit in visits for finding in visit.findings]
    assert len(set(findings)) > 0.9 * len(findings)
    assert len({case.words for case in cases}) > 0.97 * len(cases)
    results = [
        step.values["result"] for case in cases for step in case.course.steps if "result" in step.values
    ]
    assert len(set(results)) > 0.85 * len(results)
    assert Counter(case.words for case in cases).most_common(1)[0][1] <= 4


def test_cases_come_from_all_sources_and_stand_in_every_state(world: World, cases: list[CaseSeed]) -> None:
    assert len(cases) == 1_500
    assert {case.source for case in cases} == set(SOURCE_LABELS) - {"api", "rights", "petition", "express"}
    standing = {(case.procedure, case.course.state) for case in cases}
    assert standing == {(key, state) for key in HABITS for state in procedure(key).states}
    assert sum(case.is_anonymous for case in cases) > 40
    assert 0.08 < sum(bool(case.urged_at) for case in cases) / len(cases) < 0.25
    assert sum(any(step.step == "redo" for step in case.course.steps) for case in cases) > 40
    for case in cases:
        assert case.opened_at <= world.now
        assert all(at < (case.course.closed_at or world.now) for at in case.urged_at)


def test_an_anonymous_report_leads_to_nobody(cases: list[CaseSeed]) -> None:
    for case in cases:
        if case.is_anonymous:
            assert (case.contact, case.opened_by, case.subject, case.finding) == (None, None, None, None)
            assert len(case.area_code) == 15
            assert (case.opened_at.minute, case.opened_at.second) == (0, 0)


def test_steps_are_taken_by_whoever_may_take_them(world: World, cases: list[CaseSeed]) -> None:
    for case in cases:
        of = procedure(case.procedure)
        at = case.opened_at
        for step in case.course.steps:
            assert at <= step.at < world.now
            at = step.at
            roles = {role.key for role in of.step(step.step).roles}
            assert (step.by.role if step.by else "reporter") in roles
            if step.by:
                assert case.area_code.startswith(step.by.area_code) or step.by.role == "grid_worker"
                assert step.by.starts_on <= step.at.date()
                assert step.by.ends_on is None or step.at.date() <= step.by.ends_on


def test_the_same_seed_lives_the_same_half_year(
    world: World, visits: list[VisitSeed], cases: list[CaseSeed]
) -> None:
    again = walk_the_grids(world)
    assert again == visits
    assert open_cases(world, again, official_calendar()) == cases
