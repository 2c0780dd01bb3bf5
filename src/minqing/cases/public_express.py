"""The part of the front door behind which petitions, lines and the mayor's lane go; the doors open it by ``public``."""

from minqing.cases.events_express import (
    ReturnVisitMade,
    ReturnVisitPlanned,
    SitInBooked,
    SitInDayMade,
    SitInMet,
)
from minqing.cases.forms import VillageReportForm, report_form_for
from minqing.cases.models_express import HOW_LABELS, SLOTS_MAX, ReturnVisit, SitInBooking, SitInDay
from minqing.cases.permissions import TURN_TO_LINES
from minqing.cases.procedures.petition import TERMS as PETITION_TERMS
from minqing.cases.procedures.petition import StatutoryTerm
from minqing.cases.queries.express import (
    DayView,
    ExpressFile,
    ExpressPage,
    Slot,
    days,
    express_file,
    express_page,
    sit_in_day,
)
from minqing.cases.queries.lines import LINE_SETS, LineShare, lines_share
from minqing.cases.queries.petitions import BACKLOG_DAYS, PetitionBoard, petition_board
from minqing.cases.queries.petitions import STANDS as PETITION_STANDS
from minqing.cases.services.express import (
    AfterHours,
    announce_day,
    book,
    call_off_day,
    give_back,
    note_meeting,
    note_return,
    plan_return,
)
from minqing.cases.services.lines import may_turn_to_lines, turn_to_lines
from minqing.cases.services.petitions import sponsor_petition

__all__ = [
    "BACKLOG_DAYS",
    "HOW_LABELS",
    "LINE_SETS",
    "PETITION_STANDS",
    "PETITION_TERMS",
    "SLOTS_MAX",
    "TURN_TO_LINES",
    "AfterHours",
    "DayView",
    "ExpressFile",
    "ExpressPage",
    "LineShare",
    "PetitionBoard",
    "ReturnVisit",
    "ReturnVisitMade",
    "ReturnVisitPlanned",
    "SitInBooked",
    "SitInBooking",
    "SitInDay",
    "SitInDayMade",
    "SitInMet",
    "Slot",
    "StatutoryTerm",
    "VillageReportForm",
    "announce_day",
    "book",
    "call_off_day",
    "days",
    "express_file",
    "express_page",
    "give_back",
    "lines_share",
    "may_turn_to_lines",
    "note_meeting",
    "note_return",
    "petition_board",
    "plan_return",
    "report_form_for",
    "sit_in_day",
    "sponsor_petition",
    "turn_to_lines",
]  # fmt: skip
