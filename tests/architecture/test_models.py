"""Every model says who sees its rows, in exactly one way; keys and references keep to the floors."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import models

from minqing.kernel.access import Capability
from minqing.kernel.ids import random_id, uuid7
from minqing.kernel.scope import ScopedQuerySet, Unscoped
from tests.each import of_each

OURS: Final = [one for one in apps.get_models() if one.__module__.startswith("minqing.")]
FLOORS: Final = (
    "kernel", "ui", "journal", "areas", "accounts", "privacy", "notices", "workflow", "registry", "diary", "cases",
    "disclosure",
    "disclosure", "rights",
    "desk", "mobile", "portal", "api", "seed", "config",
)  # fmt: skip
WAYS: Final = ("seen_with", "scoped_through", "scoped_by_subject", "public_because")
# Django's own, which hold sessions and migrations and nothing of the county's.
MANAGERS_OF_DJANGO: Final = {"Person": "how Django's sign-in finds a person"}


def of(model: type[models.Model]) -> str:
    return model.__name__


def ways(model: type[models.Model]) -> list[str]:
    return [way for way in WAYS if getattr(model, way, None)]


def is_scoped(model: type[models.Model]) -> bool:
    return "seen_with" in ways(model)


def forward(model: type[models.Model]) -> list[Any]:
    return [one for one in model._meta.get_fields() if one.is_relation and one.concrete]


@of_each(OURS, of)
def test_a_model_says_in_one_way_who_sees_it(model: type[models.Model]) -> None:
    assert len(ways(model)) == 1, f"{model.__name__}: exactly one of {WAYS}, not {ways(model)}"


@of_each([one for one in OURS if is_scoped(one)], of)
def test_a_scoped_model_is_closed_until_scoped(model: Any) -> None:
    assert isinstance(model.seen_with, Capability)
    assert isinstance(model.objects.all(), ScopedQuerySet)
    # What Django itself uses (relations, admin, refresh_from_db) must not be the closed one, and must be named.
    assert model._meta.base_manager_name == "everything"
    assert model._meta.default_manager_name == "everything"
    assert type(model.everything) is models.Manager
    for ask in (list, lambda rows: rows.count(), lambda rows: rows.first(), lambda rows: rows.exists()):
        with pytest.raises(Unscoped):
            ask(model.objects.all())


@of_each(OURS, of)
def test_only_scoped_models_have_scoped_managers(model: type[models.Model]) -> None:
    scoped = [one.name for one in model._meta.managers if isinstance(one.get_queryset(), ScopedQuerySet)]
    assert bool(scoped) == is_scoped(model), f"{model.__name__}: {scoped}"


@of_each([one for one in OURS if "scoped_through" in ways(one)], of)
def test_what_is_scoped_through_a_parent_reaches_a_scoped_one(model: Any) -> None:
    seen = []
    here = model
    while "scoped_through" in ways(here):
        seen.append(here)
        field = here._meta.get_field(here.scoped_through)
        assert isinstance(field, models.ForeignKey), (
            f"{here.__name__}.{here.scoped_through} is no foreign key"
        )
        assert not field.null, f"{here.__name__}.{here.scoped_through} may be empty: who would see the row?"
        here = field.related_model
        assert here not in seen
    person = here.__name__ == "Person"  # one's own rows
    assert is_scoped(here) or here.__name__ == "Entry" or person, f"{model.__name__} ends at {here.__name__}"


@of_each([one for one in OURS if "public_because" in ways(one)], of)
def test_a_public_model_gives_its_reason(model: Any) -> None:
    assert len(model.public_because) > 15


@of_each(OURS, of)
def test_a_key_is_a_uuid_of_our_making(model: type[models.Model]) -> None:
    key: Any = model._meta.pk
    if isinstance(key, models.OneToOneField):  # the key of the row it belongs to
        key = key.target_field
    assert isinstance(key, models.UUIDField)
    assert key.default in (uuid7, random_id), "ids are made by the client or in Python, never by the database"
    assert key.default() != uuid4()


@of_each(OURS, of)
def test_no_table_is_made_unasked(model: type[models.Model]) -> None:
    assert not model._meta.auto_created
    implicit = [one for one in model._meta.many_to_many if one.remote_field.through._meta.auto_created]
    assert not implicit, "write the model in between: its rows need a UUID and a scope too"
    assert len(model._meta.db_table) <= 63


@of_each(OURS, of)
def test_references_point_down_the_floors(model: type[models.Model]) -> None:
    for field in forward(model):
        target = field.related_model._meta.app_label
        if target in FLOORS:
            assert FLOORS.index(target) <= FLOORS.index(model._meta.app_label), (
                f"{model.__name__}.{field.name}"
            )
        assert field.remote_field.on_delete is models.PROTECT, f"{field.name}: nothing is deleted by the way"


@of_each(OURS, of)
def test_no_way_back_reaches_a_scoped_model_unscoped(model: type[models.Model]) -> None:
    for field in forward(model):
        between_scoped = is_scoped(model) and field.related_model in OURS
        if between_scoped or field.related_model._meta.app_label != model._meta.app_label:
            assert field.remote_field.related_name == "+", (
                f"{model.__name__}.{field.name} needs related_name='+'"
            )


def test_managers_are_known() -> None:
    odd = {
        model.__name__
        for model in OURS
        for one in model._meta.managers
        if one.name not in ("objects", "everything") or (one.name == "everything" and not is_scoped(model))
    }
    assert not odd
