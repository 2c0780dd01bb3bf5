"""A pytest plugin: a server for the tests and keys that mean nothing, before Django reads its settings.

``MINQING_DATABASE_URL`` and ``MINQING_OWNER_URL`` put the tests on another server. The one in ``var/postgres-test``
is shared by test runs side by side (give each its own ``MINQING_TEST_NAME``); the last one to end stops it.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from base64 import b64encode
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from secrets import token_hex
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest

from minqing.config.embedded import Server
from minqing.config.failures import CannotRun, sentences
from minqing.kernel.settings import settings

if TYPE_CHECKING:
    from django.http import FileResponse, HttpRequest, HttpResponse

_COUNTY = "330683"


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


@contextmanager
def server_for_tests() -> Iterator[None]:
    """Have a server for tests and the environment that names it; SIGTERM ends in an orderly way."""
    signal.signal(signal.SIGTERM, _leave)
    home = Path(settings().home)
    key = b64encode(bytes(range(32))).decode()
    # Tests start fifty programs: what one has compiled, the next one need not.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ |= {
        "MINQING_SECRET_KEY": "only-for-tests-" * 4,
        "MINQING_KEYS": f"1:{key}",
        "MINQING_BLIND_KEY": key,
        "MINQING_SEAL_KEY": f"1:{key}",
        "MINQING_COUNTY": _COUNTY,
        "MINQING_VAR": str(home / "var" / "tests"),
        "MINQING_LIVE_URL": "off",  # no page of a test looks for streams that nobody serves
    }
    settings.cache_clear()
    if os.environ.get("MINQING_DATABASE_URL") and os.environ.get("MINQING_OWNER_URL"):
        yield
        return
    server = Server(home / "var" / "postgres-test", county=_COUNTY, durable=False)
    try:
        with sentences():
            addresses = server.start(_say)
        os.environ["MINQING_DATABASE_URL"] = addresses.database_url
        os.environ["MINQING_OWNER_URL"] = addresses.owner_url
        settings.cache_clear()
        yield
    finally:
        server.stop()


# So many new objects before garbage is looked for among them, so many times before it is among older ones.
_NEW_OBJECTS, _TIMES, _TIMES_OF_THOSE = 50_000, 20, 50


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and never among what is there before the first test: 6 % of the time."""
    import pypinyin  # noqa: F401  (large, and every worker needs it)

    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _TIMES, _TIMES_OF_THOSE)
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Set the environment before pytest-django, which reads the settings in the same hook."""
    gc.disable()  # what is imported and collected stays
    stack = ExitStack()
    try:
        stack.enter_context(server_for_tests())
    except CannotRun as error:
        raise pytest.UsageError(str(error)) from error
    early_config.add_cleanup(stack.close)
    yield
    _serve_files_as_they_are()
    _hash_passwords_quickly()
    _ring_for_nobody()


def _serve_files_as_they_are() -> None:
    """Pages of tests name static files without a hash: nothing is collected for a test.

    A browser keeps them as long as one test lasts, as it keeps the hashed ones of a county.
    """
    from django.conf import settings as django_settings
    from django.contrib.staticfiles import handlers
    from django.contrib.staticfiles.storage import StaticFilesStorage

    django_settings.STORAGES = {
        **django_settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    serve = handlers.StaticFilesHandlerMixin.serve

    def kept(self: Any, request: HttpRequest) -> HttpResponse | FileResponse:
        answer = serve(self, request)
        answer["Cache-Control"] = "max-age=3600"
        return answer

    handlers.StaticFilesHandlerMixin.serve = kept  # type: ignore[method-assign]
    StaticFilesStorage.url = cache(StaticFilesStorage.url)  # type: ignore[method-assign]  # a page names twenty


def _draw_tokens_quickly() -> None:
    """Tokens of forms are random as ever, drawn in one go and not letter by letter: every page has one."""
    from django.middleware import csrf

    csrf._get_new_csrf_string = lambda: token_hex(csrf.CSRF_SECRET_LENGTH // 2)


def _hash_passwords_quickly() -> None:
    """Passwords of tests guard nothing: the same Argon2, with the least work that it takes."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.parallelism = 1, 1
    Argon2PasswordHasher.memory_cost = 8  # KiB; Django's own 100 MB take a tenth of a second each time


def _ring_for_nobody() -> None:
    """No test but those of live streams has anybody who listens; a bell would hold a connection to its database."""
    from django.conf import settings as django_settings

    django_settings.DOORBELL = False
