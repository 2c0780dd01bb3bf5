"""How often one address may report, look up receipts and speak by them, at any public door.

Whole villages come from one address (a carrier's shared one, a school's, a village office's), so the limits stop
machines and not neighbours.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from minqing.kernel.limits import Limit

# A grid worker helping a row of old people at one table makes a dozen an hour.
REPORTS: Final = Limit(
    "reports",
    30,
    timedelta(hours=1),
    "这个网络一小时内提交得太多了，请过一会儿再交。急事请拨 12345，危急情况请拨 110、119 或 120。",
)
# Pages of receipts, photos included: a family following its cases opens some dozens, a harvester thousands.
LOOK_UPS: Final = Limit(
    "look-ups", 600, timedelta(minutes=10), "这个网络查看得太频繁了，请过十分钟再试，或拨打 12345 查询。"
)
# Wrong codes: with 29^10 of them and 180 tries an hour nobody finds one in a million years.
MISSES: Final = Limit(
    "misses",
    30,
    timedelta(minutes=10),
    "查错的次数太多了，请过十分钟再试。回执码记不清，可以拨打 12345 查询。",
)
# Words, answers and urges beside what each case allows by itself.
REPLIES: Final = Limit(
    "replies", 60, timedelta(hours=1), "这个网络一小时内提交得太多了，请过一会儿再试，或拨打 12345。"
)
