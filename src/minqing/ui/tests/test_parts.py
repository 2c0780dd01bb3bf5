"""Front-end parts come from npm file by file, and their absence is said in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles import finders

from minqing.ui import parts


def test_only_the_listed_files_are_served() -> None:
    for served_as in parts.SOURCES:
        assert finders.find(served_as), served_as
    for other in ("parts/package.json", "parts/../package.json", "@tabler/core/package.json"):
        assert not finders.find(other)


def test_a_stylesheet_for_the_manifest_names_no_source_map() -> None:
    storage = parts.PartsFinder().storage
    with storage.open("parts/tabler.css") as file:
        assert b"sourceMappingURL" not in file.read()


def test_missing_packages_are_said_in_a_sentence(settings: Any, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    with pytest.raises(parts.PartsMissing, match="npm ci"):
        parts.file_of("parts/weui.css")
    assert "npm ci" in str(parts.check_parts(None)[0].msg)


def test_collected_parts_serve_where_there_is_no_npm(settings: Any, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    collected = tmp_path / "static" / "parts" / "weui.css"
    collected.parent.mkdir(parents=True)
    collected.write_text("body{}")
    assert parts.file_of("parts/weui.css") == collected


def test_packages_are_pinned_and_the_lock_names_no_host() -> None:
    root = Path(django_settings.BASE_DIR)
    wanted = json.loads((root / "package.json").read_text())
    for version in (wanted["dependencies"] | wanted["devDependencies"]).values():
        assert version[0].isdigit()
    assert '"resolved"' not in (root / "package-lock.json").read_text()
    assert wanted["dependencies"]["htmx.org"].startswith("2.")
