"""Load the subject scheme that ships with us; a county's own changes to labels stay."""

from __future__ import annotations

import csv
from importlib.resources import files

from django.db import connections

from minqing.cases.models import Topic


def load_topics(*, using: str = "default") -> int:
    """Add the topics that are not there yet; return how many were added."""
    if Topic._meta.db_table not in connections[using].introspection.table_names():
        return 0
    rows = list(
        csv.DictReader(files("minqing.cases").joinpath("data/topics.csv").read_text("utf-8").splitlines())
    )
    known = dict(Topic.objects.using(using).values_list("key", "id"))
    added = 0
    for position, row in enumerate(rows):
        if row["key"] in known:
            continue
        topic = Topic(
            key=row["key"],
            parent_id=known[row["parent"]] if row["parent"] else None,
            label=row["label"],
            position=position,
            usual_unit_kind=row["usual_unit_kind"],
        )
        topic.save(using=using, force_insert=True)
        known[topic.key] = topic.id
        added += 1
    return added
