"""What may be done with visits, at an area and below.

Neither the administrators (areas, accounts, the journal) nor the registrar (the files) read what was said at a door.
"""

from minqing.kernel.access import capability
from minqing.kernel.roles import GRID_WORKER, TOWN_DISPATCHER, VILLAGE_CLERK, VILLAGE_SECRETARY

_AT_THE_DOOR = (GRID_WORKER, VILLAGE_CLERK, VILLAGE_SECRETARY, TOWN_DISPATCHER)

SEE_VISITS = capability("diary.see", "查看走访日记", *_AT_THE_DOOR)
RECORD_VISIT = capability("diary.record", "记录走访", *_AT_THE_DOOR)
