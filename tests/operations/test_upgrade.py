"""The last release's dump, taken over: migrated, readable to the last sealed value, sealed, verified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.operations.cluster import Cluster, cluster, rows
from tests.operations.release_dump import CONTACT_PHONE, ENTERPRISE_PHONE, ID_NUMBER, PHONE, RESIDENT, WORDS

ENTRIES = "SELECT id::text, e::text FROM journal_entry e"


def test_the_last_release_is_taken_over(ground: Path) -> None:
    var = ground / "var"
    with cluster(ground / "county") as county:
        county.load_release()
        before = dict(rows(county.addresses.database_url, ENTRIES))
        assert len(before) >= 4
        done = county.minqing("migrate", var=var)
        assert done.returncode == 0, done.stderr
        after = dict(rows(county.addresses.database_url, ENTRIES))
        assert before.items() <= after.items(), "what was written stays as it was"
        _catch_up(county)
        found = _read(county, var)
        assert found["residents"][RESIDENT] == [ID_NUMBER, PHONE]
        assert found["enterprises"] == [ENTERPRISE_PHONE]
        assert ["裘大爷", CONTACT_PHONE] in found["contacts"]
        assert found["words"] == [WORDS, WORDS]
        assert found["sealed"] == len(after)
        assert "全部相符" in found["verified"]
        _is_named_when_changed(county, var)


def _catch_up(county: Cluster) -> None:
    """A dump restored into another cluster brings transaction ids that this one has not reached (see the guide)."""
    ((ahead,),) = rows(
        county.superuser(),
        "SELECT greatest(0, (SELECT xact FROM journal_entry ORDER BY xact DESC LIMIT 1)::text::bigint"
        " - pg_current_xact_id()::text::bigint + 1)",
    )
    spend = f"DO $$ BEGIN FOR i IN 1..{ahead} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"
    rows(county.addresses.database_url, spend)


def _read(county: Cluster, var: Path) -> dict[str, Any]:
    done = county.python("-m", "tests.operations.read_county", var=var)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _is_named_when_changed(county: Cluster, var: Path) -> None:
    ((id_,),) = rows(
        county.superuser(),
        "UPDATE journal_entry SET person_name = '别人' WHERE id ="
        " (SELECT id FROM journal_leaf WHERE position = 2) RETURNING id::text",
    )
    named = county.minqing("journal", "verify", var=var)
    assert named.returncode == 1, named.stderr
    assert f"第 3 条记录（编号 {id_}" in named.stderr
