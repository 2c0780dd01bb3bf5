"""Migrations that do not draw a third of all models anew for an index.

While it migrates, Django keeps a class of every model as it is at that step. For every index and every constraint it
makes the class again, and those of all models related to it, with us thirty: half of what the first start of a county
costs. Neither changes the class; only what it says of its table is changed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db.migrations.state import ProjectState

# Through these Django notes indexes and constraints that come, go or are altered.
_NOTED_BY: Final = ("_append_option", "_remove_option", "_alter_option")


@contextmanager
def classes_stay() -> Iterator[None]:
    """Within this, an index or a constraint leaves the classes of the models as they are."""
    before = {name: getattr(ProjectState, name) for name in _NOTED_BY}
    for name, note in before.items():
        setattr(ProjectState, name, _noted_alone(note))
    try:
        yield
    finally:
        for name, note in before.items():
            setattr(ProjectState, name, note)


def _noted_alone(note: Callable[..., None]) -> Callable[..., None]:
    def noted(self: Any, app_label: str, model_name: str, option: str, *given: Any) -> None:
        self.reload_model = _leave  # of this state, and only while it notes
        try:
            note(self, app_label, model_name, option, *given)
        finally:
            del self.reload_model
        if "apps" in self.__dict__:  # the classes have been made
            table = self.apps.get_model(app_label, model_name)._meta
            setattr(table, option, list(self.models[app_label, model_name].options[option]))
            table.__dict__.pop("total_unique_constraints", None)

    return noted


def _leave(*given: Any, **named: Any) -> None:
    """Make no class anew."""
