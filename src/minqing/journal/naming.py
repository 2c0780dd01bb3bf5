"""Forget in the details of entries what names one person, where the entry is about a household or a case of several."""

from __future__ import annotations

import json
from collections.abc import Collection
from uuid import UUID

from minqing.journal.models import Detail, Entry


def erase_naming(*, subject_kind: str, subject_ids: Collection[UUID], values: tuple[str, ...]) -> int:
    """Empty the personal details that hold any of the values, of entries about these subjects; return how many.

    A detail goes whole: its hash covers all of it, and a part of it would still say who is missing.
    """
    wanted = [one for one in values if len(one) > 1]
    entries = Entry.objects.filter(subject_kind=subject_kind, subject_id__in=list(subject_ids)).values("id")
    naming = [
        one.id
        for one in Detail.objects.filter(entry__in=entries).iterator(chunk_size=500)
        if any(value in json.dumps(one.personal, ensure_ascii=False) for value in wanted)
    ]
    return Detail.objects.filter(id__in=naming).update(personal={}, salt=b"")
