"""Who is likely on file already is found by indexes, however many people there are."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction

from minqing.registry.models import Resident
from minqing.registry.services.inputs import ResidentInput
from minqing.registry.services.lookalikes import ways_to

pytestmark = pytest.mark.django_db
BORN = date(1956, 3, 8)


def test_both_ways_are_indexes():
    given = ResidentInput(name="王伯根", birth_date=BORN, phone="13812345678")
    rows = Resident.everything.filter(ways_to(given)).order_by()
    with transaction.atomic(), connection.cursor() as cursor:
        # A plan of bitmaps alone: what a large register chooses, whatever the sizes of a test's tables.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        plan = rows.explain()
    assert "BitmapOr" in plan
    assert "resident_birth_date" in plan
    assert "resident_phone" in plan


def test_who_says_nothing_is_like_nobody():
    assert not ways_to(ResidentInput(name="王伯根"))
