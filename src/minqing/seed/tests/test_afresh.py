"""Loading an empty county, more than once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from minqing.accounts.public import Person
from minqing.areas.public import Area
from minqing.cases.public import Case, DoorCode
from minqing.diary.public import Visit
from minqing.journal.public import Entry
from minqing.registry.public import Resident
from minqing.seed.public import demonstration_accounts, load

SEED = 20_261_121
# Written by the services themselves, as the sweep and the hourly rule do: their entries have ids of the moment, so of
# them count what was written, of which case and when.
_BY_SERVICES = ("workflow.run_overdue", "cases.supervision_rule_set", "cases.supervision_proposed")
_CATALOGUE = "cases.catalogue_changed"  # about a line, whose id is of the moment too


def _model(name: str) -> Any:
    return apps.get_model("cases", name)


def _digest() -> list[object]:
    """What the seed decides; ids of runs and legs, salts of passwords and sealed values are made anew each time."""
    return [
        list(Area.objects.order_by("code").values_list("id", "path", "name", "lon", "lat")),
        list(Person.objects.order_by("username").values_list("id", "username", "name")),
        list(Resident.everything.order_by("id").values_list("id", "name", "birth_date", "area_id")),
        list(Visit.everything.order_by("id").values_list("id", "heard", "met", "done", "visited_at")),
        list(Case.everything.order_by("id").values_list("id", "number", "receipt_code", "words", "result")),
        list(DoorCode.everything.order_by("id").values_list("id", "code")),
        list(
            Entry.objects.order_by("id")
            .exclude(kind__in=(*_BY_SERVICES, _CATALOGUE))
            .values_list("id", "kind", "at")
        ),
        sorted(Entry.objects.filter(kind=_CATALOGUE).values_list("at", "area_id", "facts__topic_label")),
        list(
            _model("CatalogueEntry").objects.values_list(
                "topic__key", "area", "unit", "from_on", "until_on", "made_at"
            )
        ),
        list(_model("UnitChoice").objects.values_list("id", "entry__topic__key", "chosen", "chosen_at")),
        sorted(Entry.objects.filter(kind__in=_BY_SERVICES).values_list("kind", "subject_id", "at")),
    ]


@pytest.mark.django_db
def test_the_same_seed_and_moment_load_the_same_county(now: datetime) -> None:
    digests = []
    for _ in range(2):
        with transaction.atomic():
            load(at=now, seed=SEED, scale=0.02)
            digests.append(_digest())
            transaction.set_rollback(True)
    assert digests[0] == digests[1]


@pytest.mark.django_db
def test_nothing_is_a_demonstration_before_it_is_loaded() -> None:
    assert demonstration_accounts() == []
