"""What the functions made of templates call: a word looked up, a value written down, the usual case in a few lines.

Usual is a name in the context, and after it attributes or keys that are there and are no functions; every other case is
left to Django itself.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.template import Context, VariableDoesNotExist
from django.template.base import Variable, render_value_in_context
from django.template.context import BaseContext
from django.template.defaultfilters import date as date_filter
from django.templatetags.static import static
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, SafeString, mark_safe

_ELSE: Final = object()  # not the usual case
_GONE: Final = object()  # certainly not there
# Types that were met, and what :func:`is_plain` says of them.
_PLAIN: Final[dict[type, bool]] = {}
# What things have that are more than plain.
_MORE: Final = frozenset({"__getitem__", "__call__", "__getattr__", "__getattribute__"})
# Letters of a form of dates that stand for a number, and how wide it is written.
_NUMBERS: Final = {"Y": 4, "n": 1, "m": 2, "j": 1, "d": 2, "H": 2, "i": 2, "s": 2}
_forms: Final[dict[str, str]] = {}
_NUMBERS_ARE_PLAIN: Final = not settings.USE_THOUSAND_SEPARATOR
_addresses: Final[dict[str, str]] = {}


def named(context: Context, name: str, variable: Variable, silent: bool) -> Any:
    """Return what stands in the context under a name; ``silent``: what is not there is None."""
    for frame in reversed(context.dicts):
        if name in frame:
            value = frame[name]
            return slowly(variable, context, silent) if callable(value) else value
    if hasattr(context, name):
        return slowly(variable, context, silent)
    return None if silent else _invalid(variable, context)


def path(context: Context, name: str, bits: tuple[str, ...], variable: Variable, silent: bool) -> Any:
    """Return an attribute of what stands in the context under a name, or an attribute of that."""
    return of(_first(context, name), bits, variable, context, silent)


def of(value: Any, bits: tuple[str, ...], variable: Variable, context: Context, silent: bool) -> Any:
    """Return an attribute of a value, or an attribute of that."""
    for bit in bits:
        if _PLAIN.get(type(value)):
            try:
                value = getattr(value, bit)
            except AttributeError:
                value = _ELSE if hasattr(type(value), bit) else _GONE
            except Exception:  # noqa: BLE001  whatever it is, Django's own code meets it again
                value = _ELSE
        else:
            value = _of(value, bit)
        if value is _GONE:
            return None if silent else _invalid(variable, context)
        if value is _ELSE:
            return slowly(variable, context, silent)
    return slowly(variable, context, silent) if callable(value) else value


def slowly(variable: Variable, context: Context, silent: bool) -> Any:
    """Look a word up as Django does; what is not there is nothing."""
    try:
        return variable.resolve(context)
    except VariableDoesNotExist:
        return None if silent else _invalid(variable, context)


def argument(context: Context, name: str, bits: tuple[str, ...], variable: Variable) -> Any:
    """Return what a filter is given; what is not there raises, as Django does."""
    value = _first(context, name)
    for bit in bits:
        value = _of(value, bit)
    return variable.resolve(context) if value is _ELSE or value is _GONE or callable(value) else value


def _invalid(variable: Variable, context: Context) -> str:
    said: str = context.template.engine.string_if_invalid  # type: ignore[union-attr]  # bound while it is drawn
    return said % variable if "%s" in said else said


def _first(context: Context, name: str) -> Any:
    for frame in reversed(context.dicts):
        if name in frame:
            value = frame[name]
            return _ELSE if callable(value) else value
    return _ELSE if hasattr(context, name) else _GONE


def _of(value: Any, bit: str) -> Any:
    """Return what stands under a key, or else is an attribute of that name."""
    if value is _ELSE or value is _GONE:
        return value
    if value is None:
        return _ELSE if hasattr(None, bit) else _GONE
    kind = type(value)
    if kind not in _PLAIN:
        _PLAIN[kind] = is_plain(kind)
    if callable(value) or isinstance(value, BaseContext):
        return _ELSE
    try:
        if hasattr(kind, "__getitem__"):
            try:
                return value[bit]
            except (TypeError, AttributeError, KeyError, ValueError, IndexError):
                pass
        return getattr(value, bit)
    except Exception:  # noqa: BLE001  whatever it is, Django's own code meets it again and says what becomes of it
        return _ELSE


def is_plain(kind: type) -> bool:
    """Whether things of a type have nothing but attributes: no keys, and they are not called."""
    # Not hasattr: a class can always be called, its things cannot.
    own = {name for one in kind.__mro__[:-1] for name in vars(one)}
    return own.isdisjoint(_MORE) and not issubclass(kind, BaseContext)


def text(value: Any, context: Context) -> str:
    """Write a value down in a page, escaped, as Django does."""
    kind = type(value)
    if kind is str:
        return html.escape(value) if context.autoescape else value
    if kind is SafeString:
        return value  # type: ignore[no-any-return]
    if kind is UUID or (kind is int and _NUMBERS_ARE_PLAIN):
        return str(value)
    return render_value_in_context(value, context)


def dated(value: Any, form: str) -> str:
    """Write a day or a time down as Django's filter ``date`` does, where its form is made of numbers."""
    kind = type(value)
    pattern = _forms[form] if form in _forms else _forms.setdefault(form, _pattern(form))
    if kind is not datetime or not pattern:
        usual: str = date_filter(value, form)
        return usual
    return pattern % {
        "Y": value.year, "n": value.month, "m": value.month, "j": value.day, "d": value.day,
        "H": value.hour, "i": value.minute, "s": value.second,
    }  # fmt: skip


def _pattern(form: str) -> str:
    """Return a form as a pattern; nothing where it says more than numbers."""
    if "\\" in form or any(one.isascii() and one.isalpha() and one not in _NUMBERS for one in form):
        return ""
    return "".join(
        f"%({one})0{_NUMBERS[one]}d" if one in _NUMBERS else one.replace("%", "%%") for one in form
    )


def shown(output: Any, context: Context) -> str:
    """Write down what a tag returned that is not marked as safe."""
    return conditional_escape(output) if context.autoescape else output


def safely(function: Callable[..., Any], value: Any, *args: Any, **given: Any) -> Any:
    """Call a filter that leaves what is safe safe."""
    new = function(value, *args, **given)
    return mark_safe(new) if isinstance(value, SafeData) else new  # noqa: S308  as Django marks it


def counted(values: Any) -> Collection[Any]:
    """Return what a loop goes through, with a length."""
    if values is None:
        return ()
    return values if hasattr(values, "__len__") else list(values)


def unpacked(item: Any, wanted: int) -> Any:
    """Return what a loop takes apart, if it has as many parts as there are names."""
    given = len(item) if hasattr(item, "__len__") else 1
    if given != wanted:
        raise ValueError(f"Need {wanted} values to unpack in for loop; got {given}. ")
    return item


def csrf(context: Context) -> str:
    """Write down a form's token, as ``{% csrf_token %}`` does."""
    token = context.get("csrf_token")
    if not token or token == "NOTPROVIDED":  # noqa: S105  Django's word for none
        return ""
    return f'<input type="hidden" name="csrfmiddlewaretoken" value="{html.escape(str(token))}">'


def static_address(path: str) -> str:
    """Return the address of one of our own files; it does not change while the program runs."""
    found = _addresses.get(path)
    if found is None:
        found = _addresses[path] = static(path)
    return found
