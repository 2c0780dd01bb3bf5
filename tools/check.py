"""`make check`: every check, as many at once as there are cores, then every test; what failed is named at the end.

python -m tools.check             # all
python -m tools.check types lint  # some
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from minqing.config.testing import server_for_tests

HOME: Final = Path(__file__).resolve().parents[1]
BIN: Final = Path(sys.executable).parent
MINQING: Final = (sys.executable, "-m", "minqing.config.console")
CHECKS: Final[dict[str, tuple[str | Path, ...]]] = {
    "lint": (BIN / "ruff", "check"),
    "format": (BIN / "ruff", "format", "--check"),
    "types": (BIN / "mypy",),
    "floors": (BIN / "lint-imports", "--no-logo"),
    "templates": (sys.executable, "-m", "tools.templates"),
    "procedures": (*MINQING, "procedures", "check"),
    "migrations": (sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"),
    "docs": (*MINQING, "docs", "--check"),
    "tests": (sys.executable, "-m", "tools.testing"),
}
# Begun last, types would keep one core busy while the others wait.
LONGEST_FIRST: Final = ("types", *(name for name in CHECKS if name != "types"))


def main(wanted: list[str]) -> int:
    """Run the checks named, or all; return 1 if any failed."""
    unknown = [name for name in wanted if name not in CHECKS]
    if unknown:
        print(f"没有名为 {unknown[0]} 的检查，可选：{'、'.join(CHECKS)}")
        return 2
    names = wanted or list(CHECKS)
    beside = sorted((name for name in names if name != "tests"), key=LONGEST_FIRST.index)
    failed = []
    with server_for_tests(), ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, code in pool.map(_run, beside):
            failed += [name] if code else []
        if "tests" in names:  # alone: they take every core there is
            failed += ["tests"] if _run("tests")[1] else []
    print(f"没有通过的检查：{'、'.join(failed)}" if failed else "全部检查通过。")
    return 1 if failed else 0


def _run(name: str) -> tuple[str, int]:
    """Run one check and print what it says, at once or in one piece when it ends; return its exit code."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "minqing.config.settings"}
    began = time.monotonic()
    if name == "tests":
        print(f"== {name}", flush=True)
    done = subprocess.run(
        CHECKS[name],
        cwd=HOME,
        env=environment,
        check=False,
        text=True,
        stdout=None if name == "tests" else subprocess.PIPE,
        stderr=None if name == "tests" else subprocess.STDOUT,
    )
    said = "" if name == "tests" else f"== {name}\n{done.stdout or ''}"
    verdict = "通过" if done.returncode == 0 else "没有通过"
    print(f"{said}== {name}：{verdict}，{time.monotonic() - began:.0f} 秒", flush=True)
    return name, done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
