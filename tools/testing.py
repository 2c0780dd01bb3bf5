"""`make test`: find a Chromium or install one where that is possible, run every test, and say what was skipped.

Arguments are passed on to pytest. Without a Chromium the browser stories are skipped and the last lines say so; with
MINQING_BROWSER_REQUIRED=1 (as in CI) that is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without a font that has Chinese, every character in a picture is a box.
DEBIAN_PACKAGES = ("chromium", "fonts-noto-cjk")
# A worker needs a core, a database and, for the stories, a Chromium of its own; more than four wait for the disk.
WORKERS_MAX = 4


def main(arguments: list[str]) -> int:
    """Run the tests; return pytest's exit code, or 1 when browser stories were skipped where they must run."""
    chromium = found() or installed()
    environment = {**os.environ, "MINQING_CHROMIUM": chromium or ""}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what one worker has compiled, the others need not
    workers = min(os.cpu_count() or 1, WORKERS_MAX)
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
    """Install Debian's Chromium as root, or else Playwright's own."""
    if os.environ.get("MINQING_CHROMIUM"):
        return None
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("正在安装 Chromium……", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (
            ["update", "-qq"],
            ["install", "-y", "-qq", "--no-install-recommends", *DEBIAN_PACKAGES],
        ):
            subprocess.run(["apt-get", *words], env=environment, stdout=subprocess.DEVNULL, check=False)
        if path := shutil.which("chromium"):
            return path
    print("正在下载 Playwright 自带的 Chromium……", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"], capture_output=True, check=False
    )
    return _playwrights() if done.returncode == 0 else None


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
