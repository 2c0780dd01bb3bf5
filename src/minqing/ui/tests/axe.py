"""Ask axe-core what it holds against a page in a real Chromium.

Of rows that are built alike, two are looked at and not forty: axe takes half a second for a page of a thousand
elements, and what it would say of the third it has said of the second. Alike: the same tags, classes and attributes
with the same values, but for ids, addresses, numbers and words; a text or an attribute that is empty makes another
kind. For as long as axe looks, the others are taken out; then they stand where they stood.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

_LOOK = r"""
async (options) => {
    const own = /^(id|name|for|href|src|value|title|alt|datetime|d|points|list|form|hx-.*)$/;
    const names = /^aria-(label|labelledby|describedby|controls|owns)$/;
    const isOwn = (name, value) =>
        own.test(name) || names.test(name) || (name.startsWith("data-") && /\d|.{25}/.test(value));
    const told = ({name, value}) => isOwn(name, value)
        ? name + (value.trim() ? "+" : "-")
        : name + "=" + value;
    const build = (one) => {
        if (one.nodeType === Node.TEXT_NODE) return one.data.trim() ? "t" : "";
        if (one.nodeType !== Node.ELEMENT_NODE) return "";
        const held = [one.localName, ...[...one.attributes].map(told).sort()].join(" ");
        return `<${held}>${[...one.childNodes].map(build).join("")}</>`;
    };
    const out = [];
    const thin = (parent) => {
        const seen = new Map();
        for (const one of [...parent.children]) {
            if (parent.children.length > 3) {
                const built = build(one), before = seen.get(built) || 0;
                seen.set(built, before + 1);
                if (before >= 2 && !one.contains(document.activeElement)) {
                    out.push([parent, one, one.nextSibling]);
                    continue;
                }
            }
            thin(one);
        }
    };
    thin(document.body);
    out.forEach(([, one]) => one.remove());
    try {
        return (await axe.run(document, {resultTypes: ["violations"], ...options})).violations;
    } finally {
        out.reverse().forEach(([parent, one, next]) => parent.insertBefore(one, next));
    }
}
"""


@cache
def _source() -> str:
    return (Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


def violations(page: Any, **options: Any) -> list[dict[str, Any]]:
    """Return what axe finds on the page as it stands; ``options`` are those of ``axe.run``."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    found: list[dict[str, Any]] = page.evaluate(_LOOK, options)
    return found
