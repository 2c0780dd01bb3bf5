"""``minqing administrator``: a security administrator where none can sign in, or a way back for one who is locked out.

Whoever may run this on the machine may read the database's address anyway; what it does is journalled as 系统.
"""

from __future__ import annotations

import argparse

from minqing.config.commands.county import asked_password
from minqing.config.failures import CannotRun
from minqing.config.local import database_at_hand
from minqing.config.screen import say
from minqing.kernel import clock
from minqing.kernel.errors import Refused


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "--username", required=True, help="安全管理员的用户名；没有安全管理员时，用它开一个新账号"
    )
    parser.add_argument("--person", default="", help="姓名，开新账号时要写")


def run(options: argparse.Namespace) -> int:
    """Make one, or let one in again."""
    password = asked_password()
    with database_at_hand(say, owner=False):
        from minqing.accounts.public import rescue_administrator

        try:
            person, is_new = rescue_administrator(
                username=options.username,
                name=options.person or options.username,
                password=password,
                at=clock.now(),
            )
        except Refused as refused:
            raise CannotRun(refused.message) from refused
        if is_new:
            say(f"已开通安全管理员“{person.username}”。请登录后任命系统管理员和审计管理员（要另外两个人）。")
        else:
            say(f"已重设{person.name}的密码，原来的验证方式和登录都已取消。登录后请重新绑定验证方式。")
    return 0
