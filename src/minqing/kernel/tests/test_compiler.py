"""The statements are Django's, letter for letter."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql import compiler as django_compiler
from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Lower

from minqing.accounts.models import Appointment, Person, Unit
from minqing.areas.models import Area

ASKED: dict[str, Callable[[], QuerySet[Any, Any]]] = {
    "no order": Unit.objects.order_by,
    "the model's order": Unit.objects.all,
    "by names": lambda: Appointment.objects.select_related("area", "unit", "person").order_by("-area__path", "id"),
    "by F": lambda: Unit.objects.order_by(F("closed_at").asc(nulls_last=True), F("name").desc(), "area__name"),
    "bare F": lambda: Unit.objects.order_by(F("name"), Lower("name")),
    "by a function": lambda: Unit.objects.order_by(Lower("name")),
    "by what was added": lambda: Unit.objects.annotate(low=Lower("name")).order_by("low", F("low").desc()),
    "of values": lambda: Unit.objects.values("name", "id").order_by("id", F("name").desc()),
    "of named values": lambda: Unit.objects.values(other=F("name")).order_by("other"),
    "of a list": lambda: Unit.objects.values_list("area__name", flat=True).order_by("-area__name"),
    "distinct": lambda: Unit.objects.order_by("name").distinct(),
    "groups": lambda: Unit.objects.values("area").annotate(many=Count("id")).order_by("-many", "area__path"),
    "turned round": lambda: Unit.objects.order_by("name", F("id").asc()).reverse(),
    "a union": lambda: Unit.objects.values_list("id").union(Unit.objects.values_list("area_id")).order_by("id"),
    "a subselect": lambda: Unit.objects.filter(area_id__in=Area.objects.filter(Q(level="x") | Q(code="x"))),
    "a constant": lambda: Person.objects.order_by(Value(1), "pk"),
    "deferred": lambda: Area.objects.defer("outline").order_by("path")[:3],
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", ASKED)
def test_the_same_statement(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = ASKED[name]().query.sql_with_params()
    monkeypatch.setattr(connection.ops, "_cache", django_compiler)
    assert ours == ASKED[name]().query.sql_with_params()
