"""`make check`: every check, then every test; all of them run, what failed is named at the end.

python -m tools.check             # all
python -m tools.check types lint  # some
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
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


def main(wanted: list[str]) -> int:
    """Run the checks named, or all; return 1 if any failed."""
    unknown = [name for name in wanted if name not in CHECKS]
    if unknown:
        print(f"没有名为 {unknown[0]} 的检查，可选：{'、'.join(CHECKS)}")
        return 2
    failed = []
    with server_for_tests():
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "minqing.config.settings"}
        for name in wanted or CHECKS:
            print(f"== {name}", flush=True)
            began = time.monotonic()
            code = subprocess.run(CHECKS[name], cwd=HOME, env=environment, check=False).returncode
            print(
                f"== {name}：{'通过' if code == 0 else '没有通过'}，{time.monotonic() - began:.0f} 秒",
                flush=True,
            )
            if code:
                failed.append(name)
    print(f"没有通过的检查：{'、'.join(failed)}" if failed else "全部检查通过。")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
