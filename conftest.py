"""What every test gets: real commits that the owner cleans up, no jobs left over, uploads thrown away."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.test import TransactionTestCase

from tools.migrated import drop_database, make_database, take_back

# The same engine: the first is without a desktop's browser around it, and costs a third.
CHROMIUMS = ("chromium-headless-shell", "chromium")
# As root in a closed network: no sandbox, and nothing of Chromium's own that would ask for the world outside.
CHROMIUM_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip

# Files of more than ten seconds, the longest first: begun last, one would keep a worker busy while the others are done.
# On a new machine the first worker migrates the database that all of them clone; the second reads the source meanwhile.
HEAVY = (
    "tests/leaks/test_matrix.py",
    "tests/architecture/test_declared.py",
    "tests/architecture/test_source.py",
    "tests/architecture/test_templates.py",
    "tests/leaks/test_canary.py",
    "tests/pages/test_bad_input.py",
    "tests/leaks/test_tokens.py",
    "tests/operations/test_run.py",
    "tests/operations/test_upgrade.py",
    "tests/pages/test_words.py",
    "src/minqing/desk/tests/test_records_in_chromium.py",
    "tests/leaks/test_planted_numbers.py",
    "tests/stories/test_axe.py",
    "tests/stories/test_a_village_moves.py",
    "src/minqing/desk/tests/test_in_chromium.py",
    "src/minqing/desk/tests/test_desk_in_chromium.py",
    "src/minqing/workflow/tests/test_recompute.py",
    "src/minqing/portal/tests/test_in_chromium.py",
    "src/minqing/api/tests/test_schemathesis.py",
    "src/minqing/seed/tests/test_full.py",
    "src/minqing/seed/tests/test_load.py",
    "tests/stories/test_five_steps.py",
    "src/minqing/journal/tests/test_tampering.py",
    "tests/pages/test_headers.py",
    "tests/pages/test_query_counts.py",
)

_REAL_COMMITS = frozenset({"transactional_db", "live_server", "django_db_reset_sequences"})


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    asked = bool(marker and marker.kwargs.get("transaction"))
    return asked or bool(_REAL_COMMITS & set(getattr(item, "fixturenames", ())))


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: pytest.FixtureRequest,
    django_db_createdb: bool,
    django_db_modify_db_settings: None,  # a database for each worker of pytest-xdist
) -> Iterator[None]:
    """Make the test database, for both roles: ``default`` mirrors ``owner``. ``--create-db`` migrates it anew."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        name = make_database(anew=django_db_createdb)
    TransactionTestCase._fixture_teardown = lambda case: take_back()  # type: ignore[method-assign]
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        drop_database(name)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests with real commits clean up as the owner: the application may not TRUNCATE. Heavy files come first."""
    place = {name: number for number, name in enumerate(HEAVY)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(HEAVY)))
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


@pytest.fixture(autouse=True)
def _a_password_is_enough(settings: object) -> None:
    """Tests sign in by one line; those of the second factor ask for it (``settings.SECOND_FACTOR = "required"``)."""
    settings.SECOND_FACTOR = "offered"  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One headless Chromium for all stories, or a skip where there is none (`make test` says so at its end)."""
    path = os.environ.get("MINQING_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if not path:
        if os.environ.get("MINQING_BROWSER_REQUIRED"):
            pytest.fail("没有 Chromium，而这里要求每个浏览器故事都跑")
        pytest.skip("没有 Chromium，浏览器故事跳过")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()
