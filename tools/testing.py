"""`make test`: find a Chromium or install one where that is possible, run every test, and say what was skipped.

Debian's headless shell is the same engine without a desktop's browser around it, which nobody looks at here: a window
and a page of a story cost a third. It is taken before any other, and installed where we may; without it any will do.

Arguments are passed on to pytest. Without a Chromium the browser stories are skipped and the last lines say so; with
MINQING_BROWSER_REQUIRED=1 (as in CI) that is a failure. MINQING_TEST_WORKERS: so many side by side, not one to a core.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without a font that has Chinese, every character in a picture is a box.
FONT = "fonts-noto-cjk"
# A closed network is found out soon, and whoever else installs something is waited for.
APT_GET = (
    "apt-get",
    "-qq",
    "-o",
    "Acquire::Retries=0",
    "-o",
    "Acquire::http::Timeout=20",
    "-o",
    "DPkg::Lock::Timeout=60",
)
# A worker needs a core, a database and, for the stories, a Chromium of its own; more than four wait for the disk.
WORKERS_MAX = 4


def main(arguments: list[str]) -> int:
    """Run the tests; return pytest's exit code, or 1 when browser stories were skipped where they must run."""
    chromium = found()
    if chromium is None or (not arguments and Path(chromium).name != SHELL):
        chromium = installed() or chromium
    environment = {**os.environ, "MINQING_CHROMIUM": chromium or ""}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what one worker has compiled, the others need not
    workers = int(os.environ.get("MINQING_TEST_WORKERS") or min(os.cpu_count() or 1, WORKERS_MAX))
    # A file stays with one worker: what a module builds once is built once. In the order of conftest.py, heavy ones
    # first, and not by their number of tests: a story of one test takes longer than a hundred rules.
    split = ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder"]
    split = split if workers > 1 and not arguments else []
    code = subprocess.run(
        [sys.executable, "-m", "pytest", *split, *arguments], cwd=HOME, env=environment, check=False
    ).returncode
    if chromium is None:
        print(
            "\n没有找到 Chromium，浏览器故事全部跳过了。请安装 chromium，或用 MINQING_CHROMIUM 指明它的位置。"
        )
        if os.environ.get("MINQING_BROWSER_REQUIRED"):
            return code or 1
    return code


def found() -> str | None:
    """Find the Chromium that is named, or one on the path, or Playwright's own."""
    named = os.environ.get("MINQING_CHROMIUM")
    if named:
        return named if shutil.which(named) else None
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return _playwrights()


def installed() -> str | None:
    """Install Debian's headless shell as root, or else, where there is no Chromium at all, Debian's or Playwright's."""
    if os.environ.get("MINQING_CHROMIUM"):
        return None
    for name in (SHELL, "chromium") if found() is None else (SHELL,):
        if path := _debians(name):
            return path
    if found():
        return None
    print("正在下载 Playwright 自带的 Chromium……", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"], capture_output=True, check=False
    )
    return _playwrights() if done.returncode == 0 else None


def _debians(name: str) -> str | None:
    """Install a package of Debian's with the font, from the lists that are there or else from new ones."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    print(f"正在安装 {name}……", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ("install", "-y", "--no-install-recommends", name, FONT)
    for words in (install, ("update",), install):
        done = subprocess.run(
            [*APT_GET, *words],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if path := shutil.which(name):
            return path
        if words[0] == "update" and done.returncode:
            return None
    return None


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
