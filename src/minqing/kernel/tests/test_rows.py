"""A model made of a row at once is the one that Django makes of it field by field."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.db.models import signals

from minqing.cases.models import Case
from minqing.kernel.models import Row, is_plain

MODELS = [one for one in apps.get_models() if issubclass(one, Row)]


@pytest.mark.parametrize("model", MODELS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("deferred", [False, True])
def test_it_is_the_same(model: type[Row], deferred: bool) -> None:
    fields = model._meta.concrete_fields
    names = [one.attname for one in (fields[:2] if deferred else fields)]
    values = [f"value {place}" for place, _ in enumerate(names)]
    ours = model.from_db("default", names, values)
    theirs = super(Row, model).from_db("default", names, values)
    assert type(ours) is type(theirs)
    assert _inside(ours) == _inside(theirs)
    assert ours.get_deferred_fields() == theirs.get_deferred_fields()


def _inside(one: models.Model) -> dict[str, Any]:
    state = one._state
    return {**vars(one), "_state": (state.adding, state.db, state.fields_cache)}


def test_most_models_are_made_at_once() -> None:
    assert is_plain(Case)
    assert sum(map(is_plain, MODELS)) > 0.9 * len(MODELS)


def test_whoever_listens_is_told() -> None:
    names, heard = [field.attname for field in Case._meta.concrete_fields], []

    def listen(**given: Any) -> None:
        heard.append(given)

    signals.post_init.connect(listen, sender=Case)
    is_plain.cache_clear()
    try:
        Case.from_db("default", names, [None] * len(names))
    finally:
        signals.post_init.disconnect(listen, sender=Case)
        is_plain.cache_clear()
    assert heard
