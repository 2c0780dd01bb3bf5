"""Lines of Python that are being written for a template, and its words as Python: constants, lookups, filters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.template import VariableDoesNotExist
from django.template.base import FilterExpression, Variable
from django.template.defaultfilters import date as date_filter
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]  # not in the stubs

from minqing.ui import quick_values
from minqing.ui.addresses import address_of

_KNOWN: Final[dict[str, Any]] = {
    **{
        name: getattr(quick_values, name)
        for name in (
            "argument", "counted", "csrf", "dated", "named", "of", "path", "safely", "shown", "slowly",
            "static_address", "text", "unpacked",
        )
    },
    "address_of": address_of,
    "localtime": template_localtime,
    "SafeString": SafeString,
    "VariableDoesNotExist": VariableDoesNotExist,
}  # fmt: skip


class Source:
    """What has been written of a function, and the objects that it names."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._indent = 1
        self._known = dict(_KNOWN)
        self._texts: list[str] = []  # not yet written: neighbouring texts become one
        self._add = "add"
        self._locals: dict[str, str] = {}  # names of the template, and the variables that hold them
        self._count = 0

    # Lines and names

    def _line(self, *lines: str) -> None:
        self._flush()
        self._lines += [" " * self._indent + one for one in lines]

    def _flush(self) -> None:
        if self._texts:
            whole, self._texts = "".join(self._texts), []
            self._lines.append(f"{' ' * self._indent}{self._add}({whole!r})")

    @contextmanager
    def _under(self, head: str) -> Iterator[None]:
        self._line(head)
        before = len(self._lines)
        self._indent += 1
        yield
        self._flush()
        if len(self._lines) == before:
            self._line("pass")
        self._indent -= 1

    def _new(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def _constant(self, value: Any) -> str:
        if type(value) is str or value is None or type(value) in (int, bool):
            return repr(value)
        name = self._new("k")
        self._known[name] = value
        return name

    # Words

    def _value(self, expression: FilterExpression, *, silent: bool = False) -> str:
        """Write what ``expression.resolve`` does; ``silent``: what is not there is None."""
        word: Any = expression.var
        if word.translate if expression.is_var else expression.filters:
            return f"{self._constant(expression)}.resolve(context, {silent})"
        if not expression.is_var:
            return self._constant(word)
        value = self._looked_up(word, silent)
        for function, args in expression.filters:
            if getattr(function, "expects_localtime", False):
                value = f"localtime({value}, context.use_tz)"
            if function is date_filter and args and not args[0][0]:
                value = f"dated({value}, {str(args[0][1])!r})"
                continue
            given = [self._argument(is_looked_up, one) for is_looked_up, one in args]
            if getattr(function, "needs_autoescape", False):
                given.append("autoescape=context.autoescape")
            called = self._constant(function)
            if getattr(function, "is_safe", False):
                value = f"safely({', '.join([called, value, *given])})"
            else:
                value = f"{called}({', '.join([value, *given])})"
        return value

    def _looked_up(self, variable: Variable, silent: bool) -> str:
        if variable.lookups is None:
            return self._constant(variable.literal)
        name, *rest = variable.lookups
        local, itself = self._locals.get(name), self._constant(variable)
        if local is None:
            bits = f"{tuple(rest)!r}, " if rest else ""
            return f"{'path' if rest else 'named'}(context, {name!r}, {bits}{itself}, {silent})"
        if rest:
            return f"of({local}, {tuple(rest)!r}, {itself}, context, {silent})"
        return f"({local} if not callable({local}) else slowly({itself}, context, {silent}))"

    def _argument(self, is_looked_up: bool, one: Any) -> str:
        if not is_looked_up:
            return self._constant(mark_safe(one))  # noqa: S308  a constant of the template
        if one.translate or one.lookups is None:
            return f"{self._constant(one)}.resolve(context)"
        name, *rest = one.lookups
        return f"argument(context, {name!r}, {tuple(rest)!r}, {self._constant(one)})"
