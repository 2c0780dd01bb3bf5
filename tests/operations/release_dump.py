"""Make the dump of a release that later versions must be able to take over: a small county, made-up people, test keys.

Run once when a release is made, from a checkout of it:

    python -m tests.operations.release_dump tests/operations/fixtures/release-0.1.sql.gz

The keys are those of the tests (:mod:`minqing.config.testing`): everybody may read what is in it.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tempfile
from base64 import b64encode
from pathlib import Path
from typing import Final

KEY: Final = b64encode(bytes(range(32))).decode()
RESIDENT: Final = "裘阿婆"
ID_NUMBER: Final = "33068319560308004X"
PHONE: Final = "13800000001"
CONTACT_PHONE: Final = "13800000002"
ENTERPRISE_PHONE: Final = "13800000003"
WORDS: Final = "门前的路灯坏了三天，晚上走路看不见。"


def main(target: Path) -> None:
    """Make a county in a database of its own and dump it."""
    from minqing.config.commands.migrate import migrate
    from minqing.config.embedded import POSTGRES_BIN_PATH
    from minqing.config.local import database_at_hand
    from minqing.kernel.settings import settings

    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"MINQING_VAR": folder, "MINQING_KEYS": f"1:{KEY}", "MINQING_BLIND_KEY": KEY}
        settings.cache_clear()
        with database_at_hand(lambda sentence: None):
            migrate()
            fill()
            done = subprocess.run(
                [
                    POSTGRES_BIN_PATH / "pg_dump", "--format=plain", "--no-comments",
                    "--exclude-table-data=*.workflow_working_day",  # long; every version fills in what is missing
                    settings().owner_url or "",
                ],
                capture_output=True, check=True,
            )  # fmt: skip
    target.write_bytes(gzip.compress(done.stdout, mtime=0))


def fill() -> None:
    """Write a little of everything that holds sealed values, and a case that went some way."""
    from minqing.accounts.tests.factories import AT, everyone, small_county
    from minqing.cases.public import (
        ContactInput,
        Report,
        StepInput,
        load_topics,
        new_report_id,
        open_case,
        take_step,
    )
    from minqing.diary.tests.factories import make_visit
    from minqing.registry.tests.factories import make_enterprise, make_home, make_resident

    load_topics()
    here = small_county()
    people = everyone(here)
    make_resident(here.grid, RESIDENT, id_number=ID_NUMBER, phone=PHONE)
    make_resident(here.far_grid, "楼大爷")
    make_enterprise(here.grid, phone=ENTERPRISE_PHONE)
    home, _ = make_home(here.grid, "张桂香", "裘小满")
    make_visit(home, people["grid_worker"])
    contact = ContactInput("裘大爷", CONTACT_PHONE)
    case = open_case(
        Report(id=new_report_id(), source="door_code", area_id=here.grid.id, words=WORDS, contact=contact),
        by=None, at=AT,
    )  # fmt: skip
    take_step(case_id=case.id, step="sign", given=StepInput({}), by=people["town_dispatcher"], at=AT)
    nameless = Report(
        id=new_report_id(), source="door_code", area_id=here.grid.id, words=WORDS, is_anonymous=True
    )
    open_case(nameless, by=None, at=AT)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
