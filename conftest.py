"""What every test gets: real commits that the owner cleans up, no jobs left over, uploads thrown away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connections

_REAL_COMMITS = frozenset({"transactional_db", "live_server", "django_db_reset_sequences"})


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    asked = bool(marker and marker.kwargs.get("transaction"))
    return asked or bool(_REAL_COMMITS & set(getattr(item, "fixturenames", ())))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests with real commits clean up as the owner: the application may not TRUNCATE."""
    for item in items:
        if _commits(item):
            marker = item.get_closest_marker("django_db")
            given = dict(marker.kwargs) if marker else {}
            given |= {"transaction": True, "databases": "__all__"}
            item.add_marker(pytest.mark.django_db(**given), append=False)


@pytest.fixture(autouse=True)
def _no_jobs_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Empty the job queue after real commits: its models are unmanaged, so Django's flush passes them by."""
    yield
    if _commits(request.node):
        blocker = request.getfixturevalue("django_db_blocker")
        with blocker.unblock(), connections["owner"].cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.fixture(autouse=True)
def _files_of_this_test(settings: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Uploads of tests go to a folder that pytest throws away."""
    settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "media"  # type: ignore[attr-defined]
