"""What the source may not contain: the clock outside the kernel, prints, stubs, giants, leaks of somebody's machine."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Final

from tests.architecture.source import (
    HOME,
    calls,
    committed,
    dotted,
    is_test,
    modules,
    name_of,
    texts,
    tree_of,
)
from tests.each import of_each

LINES_MAX: Final = 400
FUNCTION_LINES_MAX: Final = 60
CLOCKS: Final = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|timezone\.(now|localdate|localtime)|time\.(time|time_ns))$"
)
READS_THE_CLOCK: Final = {"src/minqing/kernel/clock.py": "the one place"}
VAGUE: Final = re.compile(r"^(utils?|helpers?|common|misc|stuff|lib)$")
UNFINISHED: Final = re.compile(r"(#|//|/\*|{#|<!--)\s*(TODO|FIXME|XXX|HACK)\b")
MACHINES: Final = re.compile(r"(?<![\w.])/(work|root|home/\w+|Users/\w+)/|[A-Z]:\\\\Users")
LOCKS_OF_PACKAGES: Final = {
    "uv.lock": {"pypi.org", "files.pythonhosted.org"},
    "package-lock.json": {"github.com", "opencollective.com"},
}
# Everything else may name only what a reader is meant to open, and names that lead nowhere.
HOSTS: Final = {
    "127.0.0.1", "localhost", "testserver", "github.com", "www.w3.org", "www.geonames.org",
    "schemas.openxmlformats.org", "wiki.open311.org",
    "www.apache.org", "creativecommons.org", "docs.djangoproject.com", "www.postgresql.org", "json-schema.org",
    "www.gov.cn", "flk.npc.gov.cn", "docs.astral.sh", "datatracker.ietf.org", "www.rfc-editor.org",
    "keepachangelog.com", "semver.org", "developer.mozilla.org", "x", "img.shields.io",
}  # fmt: skip
NOBODY_S: Final = re.compile(r"(^|\.)(example|test|invalid)$|(^|\.)example\.(org|com|net|cn)$")
DOORS: Final = ("desk", "mobile", "portal", "api", "screen")
# Where the manager that asks nobody may be used beside services, models and the loading of data.
EVERYTHING_IN: Final = {
    "src/minqing/registry/queries/search.py": "names of members, inside a query of scoped households",
}
MODULES: Final = modules()


@of_each(MODULES, name_of)
def test_only_the_kernel_reads_the_clock(path: Path) -> None:
    if name_of(path) in READS_THE_CLOCK:
        return
    for name, call in calls(path):
        assert not CLOCKS.search(name), f"{name_of(path)}:{call.lineno}: {name}(); services take at="
        assert name.rpartition(".")[2] not in ("Now", "TransactionNow"), (
            f"{name_of(path)}:{call.lineno}: {name}()"
        )
        for given in call.keywords:
            assert given.arg not in ("auto_now", "auto_now_add"), (
                f"{name_of(path)}:{call.lineno}: {given.arg}"
            )


@of_each(MODULES, name_of)
def test_nothing_prints_but_the_tools(path: Path) -> None:
    if path.relative_to(HOME).parts[0] in ("tools", "bench"):
        return
    assert [call.lineno for name, call in calls(path) if name in ("print", "pprint", "breakpoint")] == []


def test_nothing_is_left_to_do() -> None:
    found = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in texts()
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert found == []


@of_each(MODULES, name_of)
def test_no_function_pretends(path: Path) -> None:
    protocols = {
        id(inside)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef) and any(dotted(base).endswith("Protocol") for base in node.bases)
        for inside in ast.walk(node)
    }
    empty = [
        f"{node.name}:{node.lineno}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and id(node) not in protocols
        and not any(dotted(one).endswith("overload") for one in node.decorator_list)
        and all(isinstance(one, ast.Pass | ast.Expr) and _says_nothing(one) for one in node.body)
        and ast.get_docstring(node) is None
    ]
    assert empty == []


def _says_nothing(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def test_files_and_functions_stay_short() -> None:
    long = []
    scripts = [
        one
        for one in committed()
        if one.suffix in (".js", ".mjs", ".css") and "node_modules" not in one.parts
    ]
    for path in [*modules(tests=True), *scripts]:
        lines = len(path.read_text("utf-8").splitlines())
        if lines > LINES_MAX:
            long.append(f"{name_of(path)}: {lines} lines")
    for path in modules(tests=True):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    long.append(f"{name_of(path)}:{node.name}: {lines} lines")
    assert long == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name_of(one) for one in MODULES if one.stat().st_size and ast.get_docstring(tree_of(one)) is None
    ]
    assert silent == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = [
        name_of(one)
        for one in committed()
        for part in one.relative_to(HOME).parts
        if VAGUE.match(Path(part).stem)
    ]
    assert vague == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = []
    for path in texts():
        name = name_of(path)
        if path == Path(__file__):
            continue
        text = path.read_text("utf-8", errors="replace")
        allowed = LOCKS_OF_PACKAGES.get(path.name, HOSTS)
        found += [f"{name}: {one[0]}" for one in MACHINES.finditer(text)]
        for host in set(re.findall(r"https?://([\w.-]+)", text)):
            if host not in allowed and not NOBODY_S.search(host) and not re.match(r"^\d", host):
                found.append(f"{name}: {host}")
    assert found == []


def test_the_lock_of_the_front_end_names_no_registry() -> None:
    packages = json.loads((HOME / "package-lock.json").read_text("utf-8"))["packages"]
    assert [name for name, one in packages.items() if "resolved" in one] == []


def test_every_look_past_the_scope_gives_its_reason() -> None:
    """The reasons stand in the code; here they are all read once, and none is a word and a shrug."""
    for path in MODULES:
        for name, call in calls(path):
            if name.endswith(".unscoped"):
                where = f"{name_of(path)}:{call.lineno}"
                assert len(call.args) == 1, where
                reason = call.args[0]
                assert isinstance(reason, ast.Constant), f"{where}: write the reason out"
                assert len(str(reason.value).split()) >= 4, f"{where}: {reason.value!r} is no reason"


def test_doors_and_queries_do_not_go_round_the_scope() -> None:
    found = []
    for path in MODULES:
        parts = path.relative_to(HOME).parts
        if parts[:2] != ("src", "minqing"):
            continue
        is_door = parts[2] in DOORS
        may = parts[2] == "seed" or any(part.startswith(("services", "models")) for part in parts[3:])
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.Attribute) or not dotted(node.value)[:1].isalpha():
                continue
            of_a_model = dotted(node.value).rpartition(".")[2][:1].isupper()
            around = node.attr == "everything" and not may and name_of(path) not in EVERYTHING_IN
            if of_a_model and (around or (is_door and node.attr in ("objects", "everything"))):
                found.append(f"{name_of(path)}:{node.lineno}: {dotted(node)}")
    assert found == [], "pages ask a domain's public; only services use the manager that asks nobody"


def test_tests_are_not_shipped_as_code() -> None:
    uses = [
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and node.module and ".tests" in node.module and not is_test(path)
    ]
    assert [one for one in uses if not one.startswith("bench/")] == []
