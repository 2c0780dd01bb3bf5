"""How a word of a template is looked up, in less time: the usual case in a few lines, every other by Django itself.

Usual is a name in the context, and after it attributes or keys that are there and are no functions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.template import Context, VariableDoesNotExist
from django.template.base import FilterExpression, Variable
from django.template.context import BaseContext
from django.utils.safestring import SafeData, mark_safe
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]  # not in the stubs

Resolve = Callable[[Context], Any]
_ELSE: Final = object()  # not the usual case
_GONE: Final = object()  # certainly not there


def resolver(expression: FilterExpression, *, silent: bool = False) -> Resolve:
    """Return a function that does what ``expression.resolve`` does; ``silent``: what is not there is None."""
    if not expression.is_var:
        # A filter on a constant is rare; Django's code does it.
        return (
            (lambda context: expression.resolve(context, silent))
            if expression.filters
            else _constant(expression.var)
        )
    return (
        _filtered(expression, silent)
        if expression.filters
        else _looked_up(expression.var, expression, silent)
    )


def _constant(value: Any) -> Resolve:
    return lambda context: value


def _looked_up(variable: Variable, expression: FilterExpression, silent: bool) -> Resolve:
    if variable.translate:
        return lambda context: expression.resolve(context, silent)
    if variable.lookups is None:
        return _constant(variable.literal)
    bare = _bare(variable)

    def resolve(context: Context) -> Any:
        found = bare(context)
        if found is _GONE:
            return None if silent else _invalid(variable, context)
        return found if found is not _ELSE else _slowly(variable, context, silent)

    return resolve


def _slowly(variable: Variable, context: Context, silent: bool) -> Any:
    """Look a word up as Django does; what is not there is nothing."""
    try:
        return variable.resolve(context)
    except VariableDoesNotExist:
        return None if silent else _invalid(variable, context)


def _invalid(variable: Variable, context: Context) -> str:
    said: str = context.template.engine.string_if_invalid  # type: ignore[union-attr]  # bound while it is drawn
    return said % variable if "%s" in said else said


def _bare(variable: Variable) -> Resolve:
    """Return a function that looks a name up where that is simple, and else gives ``_ELSE``."""
    assert variable.lookups is not None
    name, *rest = variable.lookups

    def first(context: Context) -> Any:
        for frame in reversed(context.dicts):
            if name in frame:
                value = frame[name]
                return _ELSE if callable(value) else value
        return _ELSE if hasattr(context, name) else _GONE

    if not rest:
        return first

    def whole(context: Context) -> Any:
        value = first(context)
        for bit in rest:
            if value is _ELSE or value is _GONE:
                return value
            if value is None:
                return _ELSE if hasattr(None, bit) else _GONE
            value = _of(value, bit)
        return _ELSE if callable(value) else value

    return whole


def _of(value: Any, bit: str) -> Any:
    """Return what stands under a key, or else is an attribute of that name."""
    if callable(value) or isinstance(value, BaseContext):
        return _ELSE
    try:
        if hasattr(type(value), "__getitem__"):
            try:
                return value[bit]
            except (TypeError, AttributeError, KeyError, ValueError, IndexError):
                pass
        return getattr(value, bit)
    except Exception:  # noqa: BLE001  whatever it is, Django's own code meets it again and says what becomes of it
        return _ELSE


def _filtered(expression: FilterExpression, silent: bool) -> Resolve:
    """Return a function that looks a word up and sends it through its filters."""
    if expression.var.translate:
        return lambda context: expression.resolve(context, silent)
    plain = _looked_up(expression.var, expression, silent)
    steps = [
        (
            function,
            [resolver_of_argument(is_looked_up, argument) for is_looked_up, argument in args],
            bool(getattr(function, "expects_localtime", False)),
            bool(getattr(function, "needs_autoescape", False)),
            bool(getattr(function, "is_safe", False)),
        )
        for function, args in expression.filters
    ]

    def resolve(context: Context) -> Any:
        found = plain(context)
        for function, args, local, escapes, safe in steps:
            given = [one(context) for one in args]
            if local:
                found = template_localtime(found, context.use_tz)
            new = (
                function(found, *given, autoescape=context.autoescape) if escapes else function(found, *given)
            )
            found = mark_safe(new) if safe and isinstance(found, SafeData) else new  # noqa: S308  as Django marks it
        return found

    return resolve


def resolver_of_argument(is_looked_up: bool, argument: Any) -> Resolve:
    """Return a function that gives a filter's argument."""
    if not is_looked_up:
        return _constant(mark_safe(argument))  # noqa: S308  a constant of the template
    bare = _bare(argument) if argument.lookups is not None and not argument.translate else None
    if bare is None:
        found: Resolve = argument.resolve
        return found

    def resolve(context: Context) -> Any:
        value = bare(context)
        return argument.resolve(context) if value is _ELSE or value is _GONE else value

    return resolve
