"""The ltree column that says where an area sits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.db.models import Lookup

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
    _PathLookup = Lookup[str]
    _PathsLookup = Lookup[list[str]]
else:  # Django's fields take no type parameters at run time
    _CharField = models.CharField
    _PathLookup = Lookup
    _PathsLookup = Lookup

_ONE_LABEL: Final = re.compile(r"[A-Za-z0-9_]+", re.ASCII)
APART_MAX: Final = 8  # paths that are asked for one by one: hardly anybody has more appointments


class AreaPathField(_CharField):
    """``330683.330683106.330683106201``: ltree labels from the county down."""

    def db_type(self, connection: Any) -> str:
        return "ltree"

    def rel_db_type(self, connection: Any) -> str:
        return "ltree"


@AreaPathField.register_lookup
class Under(_PathLookup):
    """``path__under="3.41"``: that area and everything below it."""

    lookup_name = "under"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} <@ {right}::ltree", (*left_params, *right_params)


@AreaPathField.register_lookup
class UnderAny(_PathsLookup):
    """``path__under_any=["3.41", "3.7"]``: those areas and everything below them; an empty list holds nothing."""

    lookup_name = "under_any"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        paths = list(self.rhs)
        if not 0 < len(paths) <= APART_MAX:
            return f"{left} <@ %s::ltree[]", (*left_params, paths)
        # One by one: the index knows a path, not a list of them. The top of the tree stands in the text: a plan made
        # for any value takes it for a small part of the areas, and it is all of them.
        written, values = [], list[Any]()
        for path in paths:
            top = _ONE_LABEL.fullmatch(path) is not None
            written.append(f"{left} <@ '{path}'::ltree" if top else f"{left} <@ %s::ltree")
            values += left_params if top else (*left_params, path)
        return f"({' OR '.join(written)})", tuple(values)


@AreaPathField.register_lookup
class Above(_PathLookup):
    """``path__above="3.41.2"``: that area and everything it sits in."""

    lookup_name = "above"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} @> {right}::ltree", (*left_params, *right_params)
