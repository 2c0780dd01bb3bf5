"""The reference pages that are drawn from the code: settings, who may do what, the lock on every page, and more."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import module_has_submodule

from minqing.config.markdown import NOTE, table
from minqing.config.reference_events import events_page
from minqing.config.reference_unscoped import unscoped_page
from minqing.kernel.access import CAPABILITIES
from minqing.kernel.pages import Lock
from minqing.kernel.roles import ROLES
from minqing.kernel.settings import Settings

_FOLDER: Final = "docs/reference"
# What registers itself when it is imported.
_REGISTERS: Final = ("permissions", "events", "reactions")


def reference_pages() -> dict[str, str]:
    """The pages by their path from the root of the repository."""
    _import_what_registers()
    pages = {
        "settings": _settings(),
        "permissions": _permissions(),
        "urls": _urls(),
        "unscoped": unscoped_page(),
        "events": events_page(),
    }
    return {f"{_FOLDER}/{name}.md": text for name, text in pages.items()}


def _import_what_registers() -> None:
    for app in apps.get_app_configs():
        for name in _REGISTERS:
            if app.name.startswith("minqing.") and app.module and module_has_submodule(app.module, name):
                import_module(f"{app.name}.{name}")


def _settings() -> str:
    rows = [("变量", "说明", "默认值")]
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        shown = "" if default in (None, "") or field.default_factory else f"`{default}`"
        rows.append((f"`MINQING_{name.upper()}`", field.description or "", shown))
    return f"{NOTE}# 可以设置的环境变量\n\n{table(rows)}"


def _permissions() -> str:
    rows: list[tuple[str, ...]] = [("权限", "代码", *(role.label for role in ROLES.values()))]
    for one in sorted(CAPABILITIES.values(), key=lambda capability: capability.key):
        held = ("✓" if role in one.held_by else "" for role in ROLES.values())
        rows.append((one.label, f"`{one.key}`", *held))
    by_unit = "、".join(role.label for role in ROLES.values() if role.by_unit)
    said = f"每项权限在任职所在的辖区及其以下有效。{by_unit}只看得到自己单位的事项。"
    return f"{NOTE}# 谁能做什么\n\n{said}\n\n{table(rows)}"


def _urls() -> str:
    rows = [("地址", "名字", "谁能打开")]
    for address, pattern in patterns():
        if locks := getattr(pattern.callback, "locks", ()):
            rows.append((f"`/{address}`", f"`{pattern.name}`", "；".join(_words(lock) for lock in locks)))
    return f"{NOTE}# 每个页面的锁\n\n{table(rows)}"


def _words(lock: Lock) -> str:
    again = f"，先确认身份（{lock.step_up}）" if lock.step_up else ""
    if lock.capability:
        return f"有“{lock.capability.label}”权限者{again}"
    return f"{'登录者' if lock.signed_in else '所有人'}（{lock.reason}）{again}"


def patterns(below: list[Any] | None = None, above: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Walk every address of the platform with its pattern."""
    for one in get_resolver().url_patterns if below is None else below:
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns, above + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield above + str(one.pattern), one
