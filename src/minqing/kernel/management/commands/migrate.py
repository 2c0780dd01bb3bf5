"""``migrate``, as the owner, with the job queue's tables and triggers kept out of the county's schema.

A database router does not do it (it records procrastinate as applied and creates nothing), and the plain command
puts the queue's triggers into the county's schema: so the queue is migrated first, its schema first on the path.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from minqing.kernel.postgres.states import classes_stay

_QUEUE = "procrastinate"


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> str | None:
        with classes_stay():
            self._migrate(*args, **options)
        return None

    def _migrate(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if options["app_label"] is None:
            # django_migrations is made here, in the first schema of the path: the county's.
            MigrationRecorder(connection).ensure_schema()
            self._queue(connection, *args, **{**options, "app_label": _QUEUE, "run_syncdb": False})
        if options["app_label"] == _QUEUE:
            self._queue(connection, *args, **options)
        else:
            super().handle(*args, **options)

    def _queue(self, connection: BaseDatabaseWrapper, *args: Any, **options: Any) -> None:
        self._look_first_in(connection, settings.JOBS_FIRST)
        try:
            super().handle(*args, **options)
        finally:
            self._look_first_in(connection, settings.COUNTY_FIRST)

    def _look_first_in(self, connection: BaseDatabaseWrapper, path: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('search_path', %s, false)", [path])
