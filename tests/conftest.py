"""The planted county, made once for a worker; what a module's requests write is taken back when it ends."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any, cast

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction

from minqing.kernel import clock
from minqing.kernel.limits import forget_counts
from tests.asking import lasting
from tests.canary import NOW, Planted, plant
from tools.migrated import drop_database, looking_at, make_beside


@pytest.fixture(scope="session")
def _county(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, bytes]]:
    """The canary's county on the third day in a database of its own, and what stands for its records here."""
    media = django_settings.MEDIA_ROOT
    django_settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "media"
    forget_counts()
    with django_db_blocker.unblock():
        name = make_beside("planted")
        with looking_at(name), clock.fixed(NOW), transaction.atomic():
            made = pickle.dumps(plant())
            connection.run_on_commit = []  # nobody is told of what was planted
    django_settings.MEDIA_ROOT = media
    yield name, made
    with django_db_blocker.unblock():
        drop_database(name)


@pytest.fixture(scope="module")
def planted(_county: tuple[str, bytes], django_db_blocker: Any) -> Iterator[Planted]:
    """The canary's county, as planted for every module; what the module does there is gone when it ends."""
    name, made = _county
    forget_counts()
    with django_db_blocker.unblock(), looking_at(name), clock.fixed(NOW), transaction.atomic():
        yield cast(Planted, pickle.loads(made))
        transaction.set_rollback(True)


@pytest.fixture
def _who_asks_stays() -> Iterator[None]:
    """Within this test nobody's session or appointment changes between two questions."""
    with lasting():
        yield
