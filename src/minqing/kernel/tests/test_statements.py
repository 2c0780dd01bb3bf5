"""Kept statements: Django's rows, one statement each, and never a statement for the wrong values."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.test.utils import CaptureQueriesContext

from minqing.accounts.models import Appointment, Session, Unit
from minqing.accounts.tests.factories import small_county
from minqing.areas.models import Area
from minqing.cases.models import Case
from minqing.kernel import statements
from minqing.kernel.scope import Unscoped
from minqing.kernel.statements import NotOneStatement, statement

pytestmark = pytest.mark.django_db


@statement
def _held(roles: tuple[str, ...], *, on: date, unit_id: UUID | None = None) -> QuerySet[Appointment]:
    found = Q(role__in=roles)
    if unit_id is not None:
        found |= Q(unit_id=unit_id)
    return (
        Appointment.objects.filter(found, starts_on__lte=on)
        .annotate(place=F("area__name"))
        .select_related("area", "unit", "person")
        .defer("area__outline", "person__password")
        .order_by("-area__path", "id")
    )


def test_the_rows_are_djangos() -> None:
    small_county()
    on = date(2026, 3, 1)
    unit = Unit.objects.order_by("id").first()
    assert unit is not None
    for asked in ({"on": on}, {"on": on, "unit_id": unit.id}, {"on": date(1900, 1, 1)}):
        given: Any = asked
        usual = list(vars(_held)["__wrapped__"](("handler", "town_dispatcher"), **given))
        with CaptureQueriesContext(
            connection,
        ) as asking:
            found = _held(("handler", "town_dispatcher"), **given)
        assert len(asking) == 1
        assert [_told(one) for one in found] == [_told(one) for one in usual]
    with CaptureQueriesContext(connection) as asking:
        assert [one.area.outline for one in found[:1]] == [one.area.outline for one in usual[:1]]
    assert _held((), on=on) == []


def _told(one: Any) -> tuple[Any, ...]:
    unit = one.unit.name if one.unit else None
    deferred = one.get_deferred_fields(), one.area.get_deferred_fields(), one.person.get_deferred_fields()
    return (
        one,
        one.role,
        one.starts_on,
        one.area.path,
        unit,
        one.person.name,
        one.place,
        one._state.db,
        deferred,
    )


def test_rows_as_they_come() -> None:
    small_county()

    @statement
    def units(*, level: str) -> QuerySet[Unit]:
        return Unit.objects.filter(area__level=level).only("area", "name").order_by("id")

    expected = list(
        Unit.objects.filter(area__level="town").order_by("id").values_list("id", "area_id", "name")
    )
    assert expected
    for _ in range(3):
        assert units.rows(level="town") == expected


def test_bytes_are_values_too() -> None:
    @statement
    def keyed(*, key: bytes) -> QuerySet[Session]:
        return Session.objects.filter(key_hash=key)

    assert keyed(key=b"a") == []
    assert keyed.one(key=b"b") is None


def test_what_values_change_besides_themselves_is_refused() -> None:
    @statement
    def made_of(*, name: str) -> QuerySet[Unit]:
        return Unit.objects.filter(name=name.upper())

    @statement
    def another(*, area_id: UUID) -> QuerySet[Unit]:
        return Unit.objects.filter(area_id=area_id) if area_id.int % 2 else Unit.objects.filter(id=area_id)

    @statement
    def ignored(*, area_id: UUID) -> QuerySet[Unit]:
        return Unit.objects.all()

    for wrong, given in (
        (made_of, {"name": "x"}),
        (another, {"area_id": uuid4()}),
        (ignored, {"area_id": uuid4()}),
    ):
        with pytest.raises(NotOneStatement):
            wrong(**given)
    with pytest.raises(NotOneStatement):
        _held(("handler",), on=None)  # type: ignore[arg-type]


def test_a_scoped_model_stays_closed() -> None:
    @statement
    def anybodys(*, case_id: UUID) -> QuerySet[Case]:
        return Case.objects.filter(id=case_id)

    with pytest.raises(Unscoped):
        anybodys(case_id=uuid4())


def test_no_more_are_kept_than_a_few_hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "KEPT_MAX", 3)

    @statement
    def below(level: str, *, path: str) -> QuerySet[Area]:
        return Area.objects.filter(level=level, path=path)

    for number in range(9):
        below(f"{number}", path="1")
    assert len(below._kept) == 3
