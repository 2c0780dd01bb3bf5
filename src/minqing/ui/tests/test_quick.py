"""What is drawn by functions is letter for letter what Django draws, in rare cases too."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.template import Context, Engine, TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe

from minqing.ui import quick_values
from minqing.ui.quick import Quick, quicken

ENGINE = Engine(libraries={"ui": "minqing.ui.templatetags.ui"})
ODD = "<b>“a\" & 'b'</b>"


@dataclass
class Thing:
    """Something with attributes, a method, a property that fails."""

    name: str = ODD
    nothing: None = None
    count: int = 12345

    def words(self) -> str:
        return "call me"

    def needs(self, more: str) -> str:
        return more

    @property
    def broken(self) -> str:
        raise ValueError("broken")

    def __bool__(self) -> bool:
        return self.count > 0


class Silent(Exception):
    """An error that templates keep to themselves."""

    silent_variable_failure = True


class Keys(dict[str, Any]):
    """A dict whose keys stand before its attributes."""

    attribute = "attribute"


def _silent() -> str:
    raise Silent


def values() -> dict[str, Any]:
    return {
        "odd": ODD, "safe": mark_safe(ODD), "lazy": lazystr(ODD), "one": 1, "big": 1234567, "half": 1.5,
        "id": UUID(int=1 << 100), "money": Decimal("1234.50"), "at": datetime(2026, 3, 1, 16, 30, tzinfo=UTC),
        "early": datetime(99, 3, 1, 16, 30), "none": None, "yes": True,
        "empty": "", "rows": [Thing(), Thing(name="甲", count=0)], "pairs": [("a", 1), ("b", ODD)], "thing": Thing(),
        "keys": Keys(a=1, items=[3]), "plain": {"b": {"c": ODD}}, "silent": _silent, "class": Thing,
        "gone": iter([1, 2]), "name": "名", "block": "方", "template_part": "x", "nested": [[1, 2], [3]],
    }  # fmt: skip


SOURCES = [
    "{{ odd }}{{ safe }}{{ lazy }}{{ one }}{{ id }}{{ big }}{{ half }}{{ money }}{{ at }}{{ none }}{{ yes }}"
    "{{ empty }}",
    "{{ missing }}|{{ missing.part }}|{{ none.part }}|{{ thing.nothing.part }}|{{ thing.missing }}|{{ odd.missing }}",
    "{{ thing.name }}{{ thing.words }}{{ thing.needs }}{{ thing.count }}{{ rows.0.name }}"
    "{{ rows.9.name }}{{ odd.upper }}",
    "{{ keys.a }}{{ keys.items }}{{ keys.attribute }}{{ keys.missing }}{{ plain.b.c }}"
    "{% for k, v in plain.items %}{{ k }}"
    "{{ v.c }}{% endfor %}",
    "{{ silent }}|{{ silent.more }}|{{ class.name }}|{{ class }}|{{ template }}|{{ dicts }}|{{ render_context.x }}",
    '{{ odd|upper }}{{ missing|default:"无" }}{{ none|default:odd }}{{ at|date:"Y-m-d H:i" }}{{ odd|linebreaksbr }}'
    '{{ safe|add:"x" }}{{ odd|add:safe }}{{ rows|length }}{{ "常量"|upper }}{{ "<"|upper }}{{ odd|default:plain.b.c }}',
    "{{ at|date:'Y-m-d H:i:s' }}{{ at|date:'n月j日' }}{{ at|date:'%Y年' }}{{ at|date:'l j' }}{{ at|date:'Y\\\\n' }}"
    "{{ at|date }}{{ none|date:'Y' }}{{ odd|date:'Y' }}{{ early|date:'Y n' }}{{ at|date:odd }}"
    "{{ at.date|date:'Y-m-d' }}{{ at|date:'Y'|add:'x' }}{% autoescape off %}{{ at|date:'<Y>' }}{% endautoescape %}",
    "{% if odd %}a{% elif one %}b{% else %}c{% endif %}{% if missing %}a{% elif none.x %}b{% else %}c{% endif %}",
    "{% if one == 1 and not none or missing %}a{% endif %}{% if one > odd %}a{% else %}b{% endif %}"
    '{% if "a" in odd %}in{% endif %}{% if thing %}t{% endif %}{% if missing.x != none %}d{% else %}e{% endif %}'
    "{% if thing.broken == 1 %}x{% else %}y{% endif %}{% if one|add:missing %}x{% else %}y{% endif %}",
    "{% for row in rows %}{{ forloop.counter }}{{ forloop.first }}{{ forloop.last }}"
    "{{ forloop.revcounter0 }}{{ row.name }}"
    "{% for x in row.name %}{{ forloop.parentloop.counter }}{{ x }}{% endfor %}{% empty %}none"
    "{% endfor %}{{ row.name }}",
    "{% for row in missing %}x{% empty %}none{% endfor %}{% for a, b in pairs reversed %}{{ a }}{{ b }}"
    "{% endfor %}{{ a }}",
    "{% for x in gone %}{{ x }}{% endfor %}{% for a in nested %}{% for b in a %}{{ b }}{% endfor %}"
    "{% cycle 'x' 'y' %}"
    "{% endfor %}{% for x in odd|slice:':2' %}{{ x }}{% endfor %}",
    "{% with a=odd b=thing.name %}{{ a }}{{ b }}{% with a=b %}{{ a }}{% endwith %}{{ a }}{% endwith %}{{ a }}",
    "{% autoescape off %}{{ odd }}{{ lazy }}{{ one }}{{ at }}{% if odd %}{{ odd|upper }}{% endif %}"
    "{% endautoescape %}",
    "{% load ui %}{% icon name='x' size=16 label=odd %}{% badge label=odd tone='brand' icon='x' %}"
    "{% card title=odd icon='x' %}{{ odd }}{% for x in rows %}{% button label=x.name %}{% endfor %}{% endcard %}",
    "{% filter upper %}{{ odd }}{% if one %}{{ thing.name }}{% endif %}{% endfilter %}"
    "{% spaceless %}<a> <b>{% endspaceless %}",
    "{% block a %}{{ odd }}{% block b %}{{ one }}{% endblock %}{% endblock %}{% now 'Y' as year %}{{ year|length }}",
    '{% firstof none odd %}{% widthratio one 2 100 %}{% comment %}{{ odd }}{% endcomment %}'
    '{% templatetag openblock %}',
]  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("invalid", ["", "没有 %s"])
def test_the_same_letter_for_letter(source: str, invalid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ENGINE, "string_if_invalid", invalid)
    ours = ENGINE.from_string(source)
    quicken(ours)
    assert ours.render(Context(values())) == ENGINE.from_string(source).render(Context(values()))


@pytest.mark.parametrize(
    "source",
    ["{{ thing.broken }}", "{% if thing.broken %}{% endif %}", "{% for a, b in rows %}{% endfor %}",
     "{% for a, b, c in pairs %}{% endfor %}", "{% for x in thing.broken %}{% endfor %}", ""
     "{{ one|date:at|add:missing.x }}"],
)  # fmt: skip
def test_the_same_error(source: str) -> None:
    ours = ENGINE.from_string(source)
    quicken(ours)
    outcomes: list[str] = []
    for template in (ours, ENGINE.from_string(source)):
        try:
            outcomes.append(template.render(Context(values())))
        except Exception as error:  # noqa: BLE001  whichever it is, both meet the same
            outcomes.append(f"{type(error).__name__}: {str(error)[:40]}")
    assert outcomes[0] == outcomes[1]


@dataclass(frozen=True, slots=True)
class _Plain:
    name: str


class _Odd(_Plain):
    def __getattr__(self, name: str) -> str:
        return name


@pytest.mark.parametrize(
    ("kind", "plain"),
    [(_Plain, True), (dict, False), (_Odd, False), (Context, False), (type, False), (str, False)],
)
def test_things_of_plain_kinds_are_known(kind: type, plain: bool) -> None:
    assert quick_values.is_plain(kind) is plain


def test_the_context_is_left_as_it_was() -> None:
    ours = ENGINE.from_string("{% for a in rows %}{% with b=a %}{{ b.broken }}{% endwith %}{% endfor %}")
    quicken(ours)
    context = Context(values())
    before = len(context.dicts)
    with pytest.raises(ValueError, match="broken"):
        ours.render(context)
    assert len(context.dicts) == before


def test_our_own_templates_are_drawn_by_functions() -> None:
    whole: Any = get_template("ui/c/card.html")
    assert isinstance(whole.template.nodelist, Quick)
    with pytest.raises(TemplateDoesNotExist):
        get_template("ui/not_there.html")


def _engine(load: dict[str, str], *, ours: bool) -> Engine:
    loader = ("django.template.loaders.locmem.Loader", load)
    return Engine(
        loaders=[("minqing.ui.quick.Loader", [loader]) if ours else loader],
        libraries={"ui": "minqing.ui.templatetags.ui", "static": "django.templatetags.static"},
    )


PARTS = {
    "row": "{{ row.name }}{{ forloop.counter }}{% if more %}{{ more }}{% endif %}",
    "self": "{{ n }}{% if n|length > 1 %}{% with n=n|slice:'1:' %}{% include 'self' %}{% endwith %}{% endif %}",
    "ping": "<{% if odd %}{% with odd='' %}{% include 'pong' %}{% endwith %}{% endif %}>",
    "pong": "({% include 'ping' %})",
    "cycles": "{% cycle 'a' 'b' %}",
    "base": "{% with look='desk' %}{% block a %}base{% endblock %}{% include 'row' %}{% endwith %}",
    "deep": "{% for row in rows %}" * 4 + "{% with a=row %}" * 14 + "{% if a.name %}{{ a.name|length }}{% endif %}"
    + "{{ forloop.parentloop.counter }}" + "{% endwith %}" * 14 + "{% endfor %}" * 4,
    "given": "{% for row in rows %}{% now 'Y' as row %}{{ row|length }}{% endfor %}"
    "{% for row in rows %}{% include 'names' %}{% endfor %}",
    "names": "{% now 'Y' as row %}{{ row|length }}",
}  # fmt: skip


@pytest.mark.parametrize("source", [
    "{% for row in rows %}{% include 'row' %}{% include 'row' with more=odd row=thing %}{{ row.name }}{% endfor %}",
    "{% include 'row' with row=thing more=safe only %}{% include part %}{% include 'self' with n='四三二一' %}",
    "{% include 'ping' %}{% for x in rows %}{% include 'cycles' %}"
    "{% include 'row' with row=x forloop=odd %}{% endfor %}",
    "{% extends 'base' %}{% block a %}{{ block.super }}{{ look }}{% for row in rows %}{% include 'row' %}{% endfor %}"
    "{% endblock %}",
    "{% include 'deep' %}{% include 'given' %}{% include './row' %}",
    "{% load static %}{% csrf_token %}{% static 'a b.css' %}{% static 'x.css' as x %}{{ x }}{% autoescape off %}"
    "{% static 'a&b.css' %}{% csrf_token %}{% endautoescape %}",
])  # fmt: skip
@pytest.mark.parametrize("token", ["", "NOTPROVIDED", "<t>"])
def test_parts_are_written_where_they_are_included(source: str, token: str) -> None:
    load = PARTS | {"whole": source}
    theirs = _engine(load, ours=False)
    given = values() | {"part": "row", "csrf_token": token, "more": ""}
    ours = _engine(load, ours=True).get_template("whole")
    assert isinstance(ours.nodelist, Quick)
    assert ours.render(Context(dict(given))) == theirs.get_template("whole").render(Context(dict(given)))
