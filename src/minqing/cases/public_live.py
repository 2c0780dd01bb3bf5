"""The front door of cases, the part for pages that stay open and the streams that tell them."""

from minqing.cases.queries.live import (
    CHANGES_MAX,
    CaseNow,
    Changed,
    Reach,
    case_now,
    listed_among,
    reaches,
    seen_of,
)

__all__ = [
    "CHANGES_MAX",
    "CaseNow",
    "Changed",
    "Reach",
    "case_now",
    "listed_among",
    "reaches",
    "seen_of",
]
