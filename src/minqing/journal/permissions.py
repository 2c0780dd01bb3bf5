"""Who sees whether the journal is sealed and sound."""

from minqing.kernel.access import capability
from minqing.kernel.roles import AUDITOR, SECURITY_ADMINISTRATOR

SEE_SEALS = capability("journal.see_seals", "查看流水的封存与核验", AUDITOR, SECURITY_ADMINISTRATOR)
