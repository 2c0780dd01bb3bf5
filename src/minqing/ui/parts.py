"""The front-end parts that pages load, taken file by file from npm packages, and the finder that serves them.

Only the files listed here leave `node_modules`: a manifest over whole npm folders fails on stray source maps, and a
browser should not be able to ask for what no page uses. Nothing of theirs is committed; `package-lock.json` pins them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage

from minqing.ui.icon_names import ICONS

MISSING = "缺少前端组件：请先运行 make run，或在项目目录运行 npm ci，再重试。"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an npm package and the static path under which pages know it."""

    package: str
    source: str
    served_as: str


PARTS: tuple[Part, ...] = (
    Part("@tabler/core", "dist/css/tabler.min.css", "parts/tabler.css"),
    Part("weui", "dist/style/weui.min.css", "parts/weui.css"),
    Part("htmx.org", "dist/htmx.min.js", "parts/htmx.js"),
)


def _icon_part(icon: str) -> Part:
    return Part("@tabler/icons", f"icons/outline/{icon}.svg", f"parts/icons/{icon}.svg")


SOURCES: dict[str, Path] = {
    part.served_as: Path(part.package) / part.source for part in (*PARTS, *map(_icon_part, ICONS))
}


class PartsMissing(ImproperlyConfigured):
    """The npm packages are not there; the sentence says how to get them."""


def node_modules() -> Path:
    """Give the folder into which npm puts packages."""
    return Path(settings.BASE_DIR) / "node_modules"


def file_of(served_as: str) -> Path:
    """Find a part where npm put it, or else where collectstatic copied it; raise PartsMissing where neither has it."""
    places = [node_modules() / SOURCES[served_as]]
    if settings.STATIC_ROOT:
        places.append(Path(settings.STATIC_ROOT) / served_as)
    for place in places:
        if place.is_file():
            return place
    raise PartsMissing(MISSING)


class PartsStorage(FileSystemStorage):
    """Show the chosen files of `node_modules` under their served names, for collectstatic."""

    def path(self, name: str) -> str:
        """Give the file behind a served name."""
        return str(file_of(name))

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        content = Path(self.path(name)).read_bytes()
        # Source maps are not served, and a manifest refuses a stylesheet that names one.
        return ContentFile(content.replace(b"/*# sourceMappingURL=tabler.min.css.map */", b""), name=name)


class PartsFinder(BaseFinder):
    """Find the parts for runserver, whitenoise and collectstatic."""

    def __init__(self, app_names: object = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storage = PartsStorage(location=node_modules())

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Give the file that is served under a path, or nothing where it is not ours."""
        if path not in SOURCES:
            return []
        found = str(file_of(path))
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Name every part."""
        for served_as in SOURCES:
            yield served_as, self.storage


@register("staticfiles")
def check_parts(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Say in one sentence that front-end parts are missing, before a page fails on it."""
    for served_as in SOURCES:
        try:
            file_of(served_as)
        except PartsMissing as missing:
            return [Error(str(missing), hint=served_as, id="ui.E001")]
    return []
