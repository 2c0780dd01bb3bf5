"""Statements that are written once and asked again and again with other values.

Django writes a statement anew each time: of what a page costs, a third. What is asked on every page (whose session,
which appointments, this case as this official may see it) is the same statement with other values, and is kept::

    @statement
    def _of_person(person_id: UUID) -> QuerySet[Appointment]:
        return Appointment.objects.filter(person_id=person_id)

    rows = _of_person(person_id=…)

Arguments by name are values: they stand in the statement as they were given, and nothing else may depend on them.
Arguments by position are what it is written for (whose view, which filters): for each of these a statement of its own
is kept, the last few hundred. That only the values change is not believed: each is written twice, with two sets of
made-up values, and must differ in exactly these. A value that is left out may change the statement. See
docs/decisions/0109.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import update_wrapper
from typing import Any, Final, Generic, ParamSpec, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection, connections, models
from django.db.models.query import get_related_populators
from psycopg import Binary

from minqing.kernel.postgres.cursor import Kept

Model = TypeVar("Model", bound=models.Model)
P = ParamSpec("P")
KEPT_MAX: Final = 300


class NotOneStatement(RuntimeError):
    """The values change more of a statement than themselves: it cannot be kept."""


@dataclass(frozen=True, slots=True)
class Written:
    """A statement with its values, and which of them are given each time (place in the list, name)."""

    sql: str
    values: tuple[Any, ...]
    given: tuple[tuple[int, str], ...]

    def filled(self, given: dict[str, Any]) -> list[Any]:
        """Return the values for one asking."""
        values = list(self.values)
        for place, name in self.given:
            value = given[name]
            values[place] = Binary(value) if isinstance(value, bytes) else value
        return values


@dataclass(frozen=True, slots=True)
class _Read(Generic[Model]):
    """How rows become models, as Django makes them."""

    model: type[Model]
    names: list[str]
    first: int
    last: int
    related: list[Any]
    added: list[tuple[str, int]]
    converters: list[tuple[int, list[Any], Any]]

    def __call__(self, rows: Sequence[tuple[Any, ...]]) -> list[Model]:
        found = []
        for row in self._converted(rows) if self.converters else rows:
            one = self.model.from_db("default", self.names, row[self.first : self.last])
            for populate in self.related:
                populate.populate(row, one)
            for name, place in self.added:
                setattr(one, name, row[place])
            found.append(one)
        return found

    def _converted(self, rows: Sequence[tuple[Any, ...]]) -> Iterator[list[Any]]:
        for row in rows:
            values = list(row)
            for place, functions, expression in self.converters:
                for one in functions:
                    values[place] = one(values[place], expression, connection)
            yield values


class Statement(Generic[P, Model]):
    """A function that makes a queryset, asked as a kept statement; returns the rows as a list."""

    def __init__(self, build: Callable[P, models.QuerySet[Model]]) -> None:
        self._build = build
        self._kept: OrderedDict[Hashable, tuple[Written, _Read[Model]] | None] = OrderedDict()
        self._lock = threading.Lock()
        update_wrapper(self, build)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[Model]:
        ready = self._ready(args, kwargs)
        return [] if ready is None else ready[1](_asked(ready[0], kwargs))

    def rows(self, *args: P.args, **kwargs: P.kwargs) -> list[tuple[Any, ...]]:
        """Ask, and return what is selected as it comes, in the order of the model's columns."""
        ready = self._ready(args, kwargs)
        return [] if ready is None else _asked(ready[0], kwargs)

    def one(self, *args: P.args, **kwargs: P.kwargs) -> Model | None:
        """Ask, and return the first row, or None."""
        return next(iter(self(*args, **kwargs)), None)

    def _ready(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Written, _Read[Model]] | None:
        key = (args, *kwargs)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        ready = self._write(args, kwargs)
        with self._lock:
            self._kept[key] = ready
            while len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
        return ready

    def _write(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Written, _Read[Model]] | None:
        compilers = []

        def compiled(**values: Any) -> tuple[str, Sequence[Any]]:
            found = self._build(*args, **values)
            refuse = getattr(found, "_refuse_if_closed", None)
            if refuse is not None:
                refuse()
            compilers.append(found.query.get_compiler("default"))
            asked: tuple[str, Sequence[Any]] = compilers[-1].as_sql()
            return asked

        try:
            written = write(compiled, kwargs)
        except EmptyResultSet:  # whatever the values: nothing can fit
            return None
        return written, _reading(compilers[0])


def _asked(written: Written, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    database: Any = connections["default"]
    found: list[tuple[Any, ...]] = database.rows(written.sql, written.filled(given))
    return found


class Selects:
    """Selects kept to be put into a larger statement; each under a key that says what it is written for."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Written | None] = OrderedDict()
        self._lock = threading.Lock()

    def select(
        self, key: Hashable, build: Callable[..., models.QuerySet[Any, Any]], **given: Any
    ) -> tuple[str, Sequence[Any]]:
        """Return a queryset's statement and values. Raises ``EmptyResultSet`` where nothing can fit.

        Values need not stand in it. Where they change more than themselves it is written anew each time.
        """
        with self._lock:
            known, written = key in self._kept, self._kept.get(key)
        if not known:
            written = self._write(build, given)
            with self._lock:
                self._kept[key] = written
                while len(self._kept) > KEPT_MAX:
                    self._kept.popitem(last=False)
        if written is None:
            asked: tuple[str, Sequence[Any]] = build(**given).query.sql_with_params()
            return asked
        return written.sql, written.filled(given)

    def _write(
        self, build: Callable[..., models.QuerySet[Any, Any]], given: dict[str, Any]
    ) -> Written | None:
        def compiled(**values: Any) -> tuple[str, Sequence[Any]]:
            asked: tuple[str, Sequence[Any]] = build(**values).query.sql_with_params()
            return asked

        try:
            return write(compiled, given, everything=False)
        except NotOneStatement:
            return None


def statement(build: Callable[P, models.QuerySet[Model]]) -> Statement[P, Model]:
    """Keep the statement that a function's queryset is (see the module)."""
    return Statement(build)


def write(
    compiled: Callable[..., tuple[str, Sequence[Any]]], given: dict[str, Any], *, everything: bool = True
) -> Written:
    """Write a statement with made-up values instead of those given, and find where they stand (``everything``: all).

    Raises :class:`NotOneStatement` where they change more than themselves.
    """
    once, again = _made_up(given, 1), _made_up(given, 2)
    (sql, values), (other_sql, other_values) = compiled(**once), compiled(**again)
    if sql != other_sql or len(values) != len(other_values):
        raise NotOneStatement(f"another statement for other values: {sql}")
    places = []
    for place, (value, other) in enumerate(zip(values, other_values, strict=True)):
        name = next((one for one in given if _same(once[one], value) and _same(again[one], other)), None)
        if name is not None:
            places.append((place, name))
        elif not _same(value.obj if isinstance(value, Binary) else value, other):
            raise NotOneStatement(f"a value made of others, {value!r}, in {sql}")
    missing = set(given) - {name for _, name in places}
    if missing and everything:
        raise NotOneStatement(f"{missing} stand nowhere in {sql}")
    return Written(Kept(sql), tuple(values), tuple(places))


def _same(one: Any, other: Any) -> bool:
    if isinstance(other, Binary):
        other = other.obj
    return type(one) is type(other) and bool(one == other)


def _made_up(given: dict[str, Any], turn: int) -> dict[str, Any]:
    """Return values of the same kinds as nobody would give them, another for each name and turn."""
    made: dict[str, Any] = {}
    for number, (name, value) in enumerate(given.items()):
        mark = 1001 * turn + number
        made[name] = _like(value, mark)
    return made


def _like(value: Any, mark: int) -> Any:
    if isinstance(value, UUID):
        return UUID(int=(0x5EED << 64) + mark)
    if isinstance(value, datetime):
        return datetime(2999, 1, 1, tzinfo=UTC) + timedelta(seconds=mark)
    if isinstance(value, date):
        return date(2999, 1, 1) + timedelta(days=mark)
    if isinstance(value, bytes):
        return b"made up %d" % mark
    if isinstance(value, str):
        return f"made up {mark}"
    if isinstance(value, int) and not isinstance(value, bool):
        return 1_900_000_000 + mark
    raise NotOneStatement(f"{value!r} cannot be a value of a kept statement")


def _reading(compiler: Any) -> _Read[Any]:
    info, select = compiler.klass_info, compiler.select
    if info is None:
        raise NotOneStatement("a kept statement returns models")
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    converters = compiler.get_converters([one[0] for one in select[: compiler.col_count or len(select)]])
    return _Read(
        info["model"],
        [one[0].target.attname for one in select[first:last]],
        first,
        last,
        get_related_populators(info, select, "default"),  # type: ignore[call-arg]  # the stubs are a version ahead
        list(compiler.annotation_col_map.items()),
        [(place, functions, expression) for place, (functions, expression) in converters.items()],
    )
