"""Who looks after what leaves the product: somebody who sees numbers of cases and kinds of news, and no case."""

from minqing.kernel.access import capability
from minqing.kernel.roles import SYSTEM_ADMINISTRATOR

MANAGE_CHANNELS = capability("notices.manage_channels", "管理告知渠道", SYSTEM_ADMINISTRATOR)
MANAGE_SUBSCRIPTIONS = capability("notices.manage_subscriptions", "管理推送订阅", SYSTEM_ADMINISTRATOR)
