"""Which statements of a request are not its page's: transactions, the session, and who asks."""

from __future__ import annotations

import re
from typing import Final

NOT_THE_PAGE_S: Final = re.compile(
    r"^(SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|SET )|\"(django|signed_in)_session\""
    r"|^SELECT \"person\"\.\"password\".* LIMIT 21$"
    r"|FROM \"appointment\".*\"appointment\".\"person_id\" = |pg_current_xact_id"
)
