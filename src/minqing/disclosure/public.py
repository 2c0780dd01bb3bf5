"""The front door of disclosure."""

from minqing.disclosure.forms import BreakGlassForm, ClearForm, NumberForm, ReviewForm
from minqing.disclosure.models import AccessAlarm, AccessNotice, BreakGlass
from minqing.disclosure.permissions import OPEN_ACCESS, REVIEW_ACCESS, SEE_ALARMS, SHOW_NUMBERS
from minqing.disclosure.queries.lists import (
    AlarmLine,
    GlassLine,
    NoticeLine,
    alarms,
    glass,
    judged,
    notices,
    own_glasses,
    reads_about,
    to_review,
)
from minqing.disclosure.rules import (
    CATEGORIES,
    DUPLICATE,
    FIELD_LABELS,
    GLASS,
    GLASS_LASTS,
    HIDDEN_AFTER_SECONDS,
    ID_NUMBER,
    LINK_LABELS,
    NUMBERS_PER_HOUR,
    PHONE,
    REQUEST,
    REVIEW_WITHIN,
    Link,
)
from minqing.disclosure.services.glass import (
    BeforeBreaking,
    before_breaking,
    break_glass,
    clear_alarm,
    mark_overdue,
    mark_read,
    review,
)
from minqing.disclosure.services.numbers import Shown, numbers_to_show, show_contact, show_number
from minqing.disclosure.services.opening import NeedsReason, Opened, linked, open_file

__all__ = [
    "CATEGORIES", "DUPLICATE", "FIELD_LABELS", "GLASS", "GLASS_LASTS", "HIDDEN_AFTER_SECONDS", "ID_NUMBER",
    "LINK_LABELS", "NUMBERS_PER_HOUR", "OPEN_ACCESS", "PHONE", "REQUEST", "REVIEW_ACCESS", "REVIEW_WITHIN",
    "SEE_ALARMS", "SHOW_NUMBERS", "AccessAlarm", "AccessNotice", "AlarmLine", "BeforeBreaking", "BreakGlass",
    "BreakGlassForm", "ClearForm", "GlassLine", "Link", "NeedsReason", "NoticeLine", "NumberForm", "Opened",
    "ReviewForm", "Shown", "alarms", "before_breaking", "break_glass", "clear_alarm", "glass", "judged",
    "linked", "mark_overdue", "mark_read", "notices", "numbers_to_show", "open_file", "own_glasses",
    "reads_about", "review", "show_contact", "show_number", "to_review",
]  # fmt: skip
