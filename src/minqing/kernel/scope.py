"""One way to see data: rows that belong to an area answer only to someone who may see that area."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Protocol, Self, TypeVar, cast

from django.db import models

from minqing.kernel.access import Actor, Capability

Model = TypeVar("Model", bound=models.Model)


class Unscoped(RuntimeError):
    """A query reached the database without saying on whose behalf."""


class SeenWith(Protocol):
    """A scoped model names the capability with which its rows are seen."""

    seen_with: ClassVar[Capability]


class ScopedQuerySet(models.QuerySet[Model]):
    """Refuses every read and write until ``visible_to`` or ``unscoped`` has been called."""

    _open = False

    def visible_to(self, actor: Actor) -> Self:
        """Only rows in areas where one of the actor's appointments carries the model's capability."""
        seen_with = cast("type[SeenWith]", self.model).seen_with
        return self.filter(area_id__in=actor.visible_areas(seen_with)).opened()

    def unscoped(self, why: str) -> Self:
        """Every area at once. The reason stands in the code for whoever reviews it."""
        if not why.strip():
            raise ValueError("an unscoped query needs a reason")
        return self.opened()

    def opened(self) -> Self:
        """Mark as scoped; only ``visible_to`` overrides and ``unscoped`` call this."""
        clone: Self = self._chain()  # type: ignore[attr-defined]
        clone._open = True
        return clone

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._open = self._open
        return clone

    def _combinator_query(self, combinator: str, *others: Any, **kwargs: Any) -> Any:
        for other in (self, *others):  # a closed half of a union would leak
            other._refuse_if_closed()
        return super()._combinator_query(combinator, *others, **kwargs)  # type: ignore[misc]

    def _merge_sanity_check(self, other: Any) -> None:
        self._refuse_if_closed()  # so would a closed half of ``a | b``
        other._refuse_if_closed()
        super()._merge_sanity_check(other)  # type: ignore[misc]

    def _refuse_if_closed(self) -> None:
        if not self._open:
            raise Unscoped(f"{self.model.__name__}: say .visible_to(actor), or .unscoped('why').")

    def _fetch_all(self) -> None:
        self._refuse_if_closed()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Iterator[Model]:
        self._refuse_if_closed()
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        self._refuse_if_closed()
        return super().count()

    def exists(self) -> bool:
        self._refuse_if_closed()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._refuse_if_closed()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._refuse_if_closed()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_if_closed()
        return super().delete()
