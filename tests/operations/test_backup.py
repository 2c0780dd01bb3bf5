"""Back up and restore to a moment, with the very scripts that docs/operations/backup.md documents."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from tests.operations.cluster import Cluster, cluster, give_to_server, rows, run

DIGEST: Final = "SELECT count(*), md5(string_agg(e::text, ',' ORDER BY id)) FROM journal_entry e"
WRITE: Final = (
    "INSERT INTO journal_entry (id, at, kind, subject_kind, subject_id, area_id, person_name, appointment_label,"
    " facts, detail_hash, is_read) SELECT uuidv7(), now(), 'diary.visit_recorded', 'visit', gen_random_uuid(),"
    " gen_random_uuid(), '裘小满', '网格员', '{}', '', false FROM generate_series(1, 50)"
)


def test_a_county_is_restored_to_a_moment(ground: Path) -> None:
    archive, backup, restored = ground / "wal", ground / "backup", ground / "restored"
    archive.mkdir()
    give_to_server(archive)
    with cluster(ground / "county") as county:
        _archives(county, archive)
        county.load_release()
        run("base_backup.sh", backup, MINQING_REPLICATION_URL=county.superuser())
        app = county.addresses.database_url
        rows(app, WRITE)
        wanted = rows(app, DIGEST)
        ((moment,),) = rows(app, "SELECT clock_timestamp()::text")
        time.sleep(0.05)
        rows(app, WRITE)  # what the operator wants undone
        assert rows(app, DIGEST) != wanted
        ((last,),) = rows(county.superuser(), "SELECT pg_walfile_name(pg_switch_wal())")
        _until_archived(county, last)
        passwords = (county.folder / "passwords.json").read_bytes()
    restored.mkdir()
    (restored / "passwords.json").write_bytes(passwords)
    run("restore_to_moment.sh", backup, restored / "data", moment, MINQING_ARCHIVE=str(archive))
    give_to_server(restored / "data")
    again = Cluster(restored)
    app = again.start_bare().database_url
    try:
        run("wait_until_recovered.sh", again.superuser())
        assert rows(app, "SELECT pg_is_in_recovery()") == [(False,)]
        assert rows(app, DIGEST) == wanted
        rows(app, WRITE)  # and it takes writes again
    finally:
        again.stop_bare()


def _archives(county: Cluster, archive: Path) -> None:
    """Configure the server as the guide says, and start it again."""
    script = Path(__file__).resolve().parents[2] / "deploy" / "backup" / "archive_wal.sh"
    county.stop()
    county.configure(archive_mode="on", archive_command=f'MINQING_ARCHIVE={archive} sh {script} "%p" "%f"')
    with (county.folder / "data" / "pg_hba.conf").open("a") as file:
        file.write("local replication postgres scram-sha-256\n")
    county.start()


def _until_archived(county: Cluster, wanted: str) -> None:
    ends = time.monotonic() + 60
    asked = "SELECT coalesce(last_archived_wal, '') >= %s, last_failed_wal FROM pg_stat_archiver"
    while True:
        ((done, failed),) = rows(county.superuser(), asked, wanted)
        if done:
            return
        assert time.monotonic() < ends, f"the log is not archived; last failure: {failed}"
        time.sleep(0.1)
