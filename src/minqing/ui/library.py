"""The one tag library: how a typed Python function becomes a template tag that cannot be misspelt.

Django's own parser refuses an unknown or missing parameter when the template is compiled. What it does not look at
are the values, and a misspelt variable arrives as an empty string; so every value is checked here against the
function's annotations, and a wrong one raises where it stands.
"""

import functools
import inspect
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, Final, Literal, ParamSpec, Union, get_args, get_origin, get_type_hints

from django.template import Context, Library, Template
from django.template.context import RenderContext
from django.template.loader import get_template
from django.utils.functional import Promise
from django.utils.safestring import SafeString

register = Library()

Look = Literal["desk", "phone"]
Values = Mapping[str, object]
P = ParamSpec("P")
KEPT_MAX: Final = 500  # of one kept component
_AROUND: Final = "_around_components"
_TRUTHS: Final[dict[str, Any]] = {"True": True, "False": False, "None": None}


@dataclass(frozen=True, slots=True)
class Component:
    """One registered tag, for the `/ui/` page and its test."""

    name: str
    signature: str
    says: str
    is_box: bool


COMPONENTS: dict[str, Component] = {}


def look_of(context: Context) -> Look:
    """Tell whether the page around is a desk (Tabler) or a phone page (WeUI); the layouts set `look`."""
    return "phone" if context.get("look") == "phone" else "desk"


def component(
    template: str, *, kept: bool = False
) -> Callable[[Callable[Concatenate[Context, P], Values]], Callable[Concatenate[Context, P], Values]]:
    """Register a function as a tag without content, drawn by a template of `ui/c/`.

    ``kept``: of its values alone, and of few of them: drawn once for the same ones.
    """
    return functools.partial(_register, template, False, kept=kept)


def box(
    template: str,
) -> Callable[
    [Callable[Concatenate[Context, SafeString, P], Values]],
    Callable[Concatenate[Context, SafeString, P], Values],
]:
    """Register a function as a tag with content between it and its end tag."""
    return functools.partial(_register, template, True)


class Within(Context):
    """What the template of a component sees: its own values and nothing of the page around, but for the request.

    Django makes five objects of a context; this is one, and the rest when somebody asks for it.
    """

    def __init__(self, values: dict[str, Any], template: Template) -> None:
        self.dicts = [_TRUTHS, values]
        self.autoescape = True
        self.use_l10n = self.use_tz = None
        self.template_name = "unknown"
        self.template = template

    @functools.cached_property
    def render_context(self) -> RenderContext:  # type: ignore[override]  # made when a tag of Django's wants it
        made = RenderContext()
        made.template = self.template
        return made


def _around(context: Context) -> dict[str, object]:
    """Return what every component is given of the page around it; looked up once for a page."""
    known: dict[str, object] | None = vars(context).get(_AROUND)
    if known is None:
        known = {"request": context.get("request"), "csrf_token": context.get("csrf_token")}
        vars(context)[_AROUND] = known
    return known


def _register(
    template: str, is_box: bool, function: Callable[..., Values], *, kept: bool = False
) -> Callable[..., Values]:
    name = function.__name__
    hints = get_type_hints(function)
    sure = {parameter: _always_fit(hint) for parameter, hint in hints.items()}
    found: list[Template] = []
    drawn: dict[tuple[object, ...], SafeString] = {}

    def draw(context: Context, *args: Any, **given: Any) -> SafeString:
        for parameter, value in given.items():
            if type(value) not in sure[parameter] and not fits(value, hints[parameter]):
                raise TypeError(f"{{% {name} %}}: {parameter}={value!r} is not {hints[parameter]}")
        around = _around(context)
        values: dict[str, object] = {"look": look_of(context), **around}
        values.update(function(context, *args, **given))
        if not found or found[0].engine.debug:
            found[:] = [get_template(f"ui/c/{template}").template]  # type: ignore[attr-defined]  # Django's own engine's
        within = Within(values, found[0])
        within.__dict__[_AROUND] = around
        return found[0].nodelist.render(within)

    @functools.wraps(function)
    def tag(context: Context, *args: Any, **given: Any) -> SafeString:
        if not kept:
            return draw(context, *args, **given)
        # Of two equal values one may be marked as safe, and the other be escaped.
        key = (look_of(context), *[(one, type(value), value) for one, value in given.items()])
        known = drawn.get(key)
        if known is None:
            known = draw(context, *args, **given)
            if len(drawn) < KEPT_MAX and not found[0].engine.debug:
                drawn[key] = known
        return known

    (register.simple_block_tag if is_box else register.simple_tag)(takes_context=True)(tag)
    COMPONENTS[name] = Component(name, signature_of(function), inspect.getdoc(function) or "", is_box)
    return function


def _always_fit(hint: Any) -> frozenset[type]:
    """Return types of which every value fits, so that it need not be looked at further."""
    if get_origin(hint) in (Union, types.UnionType):
        return frozenset[type]().union(*map(_always_fit, get_args(hint)))
    if hint is str:
        return frozenset({str, SafeString})
    return frozenset({hint}) if hint in (int, bool, types.NoneType) else frozenset()


def signature_of(function: Callable[..., object]) -> str:
    """Write down a component's parameters as its author typed them, without context and content."""
    parts = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            kind = re.sub(r"\b[a-z_]+(?:\.[a-z_]+)*\.", "", inspect.formatannotation(parameter.annotation))
            default = "" if parameter.default is inspect.Parameter.empty else f" = {parameter.default!r}"
            parts.append(f"{parameter.name}: {kind}{default}")
    return ", ".join(parts)


def fits(value: object, hint: Any) -> bool:
    """Tell whether a value given in a template is of the annotated kind (containers by their outer kind only)."""
    if hint is Any or hint is object:
        return True
    if hint is None or hint is types.NoneType:
        return value is None
    origin = get_origin(hint)
    if origin is Literal:
        return value in get_args(hint)
    if origin in (Union, types.UnionType):
        return any(fits(value, choice) for choice in get_args(hint))
    if hint is str:
        return isinstance(value, str | Promise)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if origin is not None:
        return isinstance(value, origin) and not isinstance(value, str)
    if getattr(hint, "_is_protocol", False):
        return value != ""
    return isinstance(value, hint)
