"""How often one address may try to sign in with a personal code, beside what each code allows by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from minqing.kernel.limits import Limit

# A village office where twenty people open their files one after another, with slips of the pen.
WRONG_CODES: Final = Limit(
    "personal-codes",
    30,
    timedelta(minutes=10),
    "查阅码输错的次数太多了，请过十分钟再试。纸条丢了，请带上证件到村（社区）重新领。",
)
COPIES: Final = Limit("own-copies", 20, timedelta(hours=1), "取副本太频繁了，请过一会儿再试。")
