"""What may be done with areas. The tree itself is public: names of places are no secret."""

from minqing.kernel.access import capability
from minqing.kernel.roles import SYSTEM_ADMINISTRATOR

MANAGE_AREAS = capability("areas.manage", "调整辖区", SYSTEM_ADMINISTRATOR)
