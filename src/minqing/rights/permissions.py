"""Who hands over codes. Who answers requests is ``cases.HANDLE_REQUESTS``: a request is a case."""

from minqing.kernel.access import capability
from minqing.kernel.roles import REGISTRAR, VILLAGE_CLERK

# Only who sits at a counter: a code is handed to whoever shows a document, in person, never over the telephone.
HAND_OVER_CODES = capability("rights.hand_over_codes", "发本人查阅码", VILLAGE_CLERK, REGISTRAR)
