"""The reference pages that are drawn from the code: settings, who may do what, and the lock on every page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from minqing.kernel.access import CAPABILITIES
from minqing.kernel.roles import ROLES
from minqing.kernel.settings import Settings

_NOTE = "<!-- 由 minqing docs 生成，请勿手改。 -->\n\n"
_FOLDER = "docs/reference"


def reference_pages() -> dict[str, str]:
    """The pages by their path from the root of the repository."""
    return {
        f"{_FOLDER}/settings.md": _settings(),
        f"{_FOLDER}/capabilities.md": _capabilities(),
        f"{_FOLDER}/pages.md": _pages(),
    }


def _settings() -> str:
    rows = [("变量", "说明", "默认值")]
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        shown = "" if default in (None, "") or field.default_factory else f"`{default}`"
        rows.append((f"`MINQING_{name.upper()}`", field.description or "", shown))
    return f"{_NOTE}# 可以设置的环境变量\n\n{_table(rows)}"


def _capabilities() -> str:
    rows: list[tuple[str, ...]] = [("权限", *(role.label for role in ROLES.values()))]
    for one in sorted(CAPABILITIES.values(), key=lambda capability: capability.key):
        rows.append((one.label, *("✓" if role in one.held_by else "" for role in ROLES.values())))
    return f"{_NOTE}# 谁能做什么\n\n每项权限在任职所在的辖区及其以下有效。\n\n{_table(rows)}"


def _pages() -> str:
    rows = [("地址", "谁能打开")]
    for address, view in views():
        locks = getattr(view, "locks", ())
        words = "、".join(
            f"有“{lock.capability.label}”权限者"
            if lock.capability
            else ("登录者" if lock.signed_in else "所有人")
            for lock in locks
        )
        if locks:
            rows.append((f"`/{address}`", words))
    return f"{_NOTE}# 每个页面的锁\n\n{_table(rows)}"


def views(patterns: list[Any] | None = None, above: str = "") -> Iterator[tuple[str, Any]]:
    """Walk every address of the platform with the view that answers it."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from views(one.url_patterns, above + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield above + str(one.pattern), one.callback


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    lines = [" | ".join(row) for row in rows]
    rule = " | ".join("---" for _ in rows[0])
    return "\n".join(f"| {line} |" for line in (lines[0], rule, *lines[1:])) + "\n"
