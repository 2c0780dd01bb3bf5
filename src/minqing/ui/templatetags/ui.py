"""`{% load ui %}`: every component of :mod:`minqing.ui.components`."""

from minqing.ui.components import basics, facts, forms, frames, lists, states, times
from minqing.ui.library import register
from minqing.ui.quick_values import static_address

__all__ = ["basics", "facts", "forms", "frames", "js_modules", "lists", "register", "states", "times"]


@register.filter
def js_modules(names: str) -> list[str]:
    """Give the addresses of our own js modules, named with commas between them; layouts use it."""
    return [static_address(f"ui/js/{name}.js") for name in names.split(",")]
