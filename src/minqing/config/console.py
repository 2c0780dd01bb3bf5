"""The console command ``minqing``: a table of subcommands, each imported only when it is called.

A subcommand is a module with ``configure(parser)`` and ``run(options) -> int``. To add one, add a line to ``COMMANDS``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from minqing.config.failures import CannotRun, sentences
from minqing.config.screen import complain

_HERE: Final = "minqing.config.commands"
# name → (one line of help, module)
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "run": ("启动整个平台：数据库、迁移、演示数据、网站和后台任务", f"{_HERE}.run"),
    "migrate": ("把数据库结构更新到当前版本", f"{_HERE}.migrate"),
    "seed": ("载入演示县的数据", f"{_HERE}.seed"),
    "county": ("在空的数据库里建一个真实的县（市）和安全管理员", f"{_HERE}.county"),
    "administrator": ("没有安全管理员能登录时，在服务器上开通或重设一个", f"{_HERE}.administrator"),
    "serve": ("只启动网站", f"{_HERE}.serve"),
    "live": ("只启动实时更新：把新变化送到打开着的网页", f"{_HERE}.live"),
    "work": ("只启动后台任务", f"{_HERE}.work"),
    "journal": ("封存流水、核验流水、核对一份证明", f"{_HERE}.journal"),
    "keys": ("个人信息的加密密钥：查看、更换", f"{_HERE}.keys"),
    "procedures": ("检查规程，或把规程画成图写进文档", f"{_HERE}.procedures"),
    "docs": ("由代码生成参考文档，或检查它们是否最新", f"{_HERE}.docs"),
    "manage": ("运行一条 Django 管理命令（供开发者使用）", f"{_HERE}.manage"),
}
_EPILOG: Final = (
    "不设任何变量时，使用随附的数据库（数据在 var 目录）。要用自己的 PostgreSQL（17 或更高版本），请设置 "
    "MINQING_DATABASE_URL（应用账号）和 MINQING_OWNER_URL（迁移账号）。"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; failures that an operator can mend are one sentence and exit code 1."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        with sentences():
            options = _parser(arguments).parse_args(arguments)
            return int(import_module(COMMANDS[options.command][1]).run(options))
    except CannotRun as failure:
        complain(str(failure))
        return 1
    except KeyboardInterrupt:
        return 130


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Build the parser; only the module of the subcommand asked for is imported."""
    parser = argparse.ArgumentParser(prog="minqing", description="民情：县域基层治理平台。", epilog=_EPILOG)
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令", title="命令")
    asked = next((word for word in arguments if not word.startswith("-")), None)
    for name, (line, module) in COMMANDS.items():
        command = commands.add_parser(name, help=line, description=f"{line}。", epilog=_EPILOG)
        if name == asked:
            import_module(module).configure(command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
