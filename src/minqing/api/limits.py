"""How often a token may call, and how often an address may come with one that is none."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from minqing.kernel.limits import Limit

# Five calls a second, for a system that follows a county's cases; a loop gone wild stops here.
TOKEN_CALLS: Final = Limit(
    "token calls", 3_000, timedelta(minutes=10), "这个令牌十分钟内调用得太多了，请按 Retry-After 等一等再来。"
)
# What changes something: a hotline that hands over its evening peak stays below one a second.
TOKEN_CHANGES: Final = Limit(
    "token changes", 600, timedelta(minutes=10), "这个令牌十分钟内提交得太多了，请按 Retry-After 等一等再来。"
)
# A secret has 256 bits: nobody guesses one. This stops a system that keeps coming with a revoked one.
TOKEN_MISSES: Final = Limit(
    "token misses", 30, timedelta(minutes=10), "用无效的令牌来得太多了，请核对令牌，过十分钟再来。"
)
