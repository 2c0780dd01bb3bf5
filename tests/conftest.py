"""The planted county, made once for a module; what a request writes is taken back after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import transaction

from minqing.kernel import clock
from minqing.kernel.limits import forget_counts
from tests.asking import lasting
from tests.canary import NOW, Planted, plant


@pytest.fixture(scope="module")
def planted(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Planted]:
    """The canary's county on the third day; gone with the transaction when the module ends."""
    media = django_settings.MEDIA_ROOT
    django_settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "media"
    forget_counts()
    with django_db_blocker.unblock(), clock.fixed(NOW), transaction.atomic():
        yield plant()
        transaction.set_rollback(True)
    django_settings.MEDIA_ROOT = media


@pytest.fixture
def _who_asks_stays() -> Iterator[None]:
    """Within this test nobody's session or appointment changes between two questions."""
    with lasting():
        yield
