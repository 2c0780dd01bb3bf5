"""The front door of cases."""

from minqing.cases.forms import (
    PHONE,
    AnswerForm,
    HotlineReportForm,
    OfficerReportForm,
    PhoneField,
    QueueForm,
    ReporterReportForm,
    StepForm,
    WordForm,
)
from minqing.cases.likeness import UNDO_WITHIN
from minqing.cases.limits import LOOK_UPS, MISSES, REPLIES, REPORTS
from minqing.cases.models import Addition, Answer, Attachment, Case, DoorCode, Topic
from minqing.cases.models_desk import (
    DUTY_WORDS_MAX,
    TEMPLATE_NAME_MAX,
    TEMPLATE_WORDS_MAX,
    AnswerTemplate,
)
from minqing.cases.models_express import HOW_LABELS, SLOTS_MAX, ReturnVisit, SitInBooking, SitInDay
from minqing.cases.permissions import (
    HANDLE_REQUESTS,
    LIFT_TO_EXPRESS,
    NAME_SPONSOR,
    OPEN_CASES,
    OPEN_PETITIONS,
    PRINT_DOOR_CODES,
    REGISTER_PETITION,
    REPORT_CASE,
    RUN_EXPRESS,
    SEE_CASES,
    SEE_CONTACT,
    SEE_EXPRESS,
    SEE_LINES,
    SEE_PETITIONS,
    TAKE_CALLS,
)
from minqing.cases.permissions_desk import (
    ACT_ON_MANY,
    EDIT_TEMPLATES,
    EXPORT_CASES,
    KEEP_DUTY,
    RELEASE_PHOTOS,
    SEE_BOARD,
    SHARE_VIEWS,
)
from minqing.cases.permissions_handover import (
    CALL_SAMPLE,
    DRAW_SAMPLE,
    EDIT_CATALOGUE,
    MERGE_CASES,
    PROPOSE_EXCLUSION,
    RULE_EXCLUSIONS,
    SEE_EXCLUSIONS,
    SEE_RETURNS,
    SEE_STANDINGS,
    SUPERVISE,
)
from minqing.cases.procedures.petition import TERMS as PETITION_TERMS
from minqing.cases.procedures.vocabulary import CONTENT_LABELS
from minqing.cases.public_joint import *  # noqa: F403 - its own list of names is the front door of joint work
from minqing.cases.queries.asked import (
    ALL,
    ASKED,
    NO_UNIT,
    OPEN,
    TODO,
    VIEWS,
    read_asked,
)
from minqing.cases.queries.asked import (
    TEXT_MAX as QUEUE_TEXT_MAX,
)
from minqing.cases.queries.board import (
    COLOURS as BOARD_COLOURS,
)
from minqing.cases.queries.board import (
    Board,
    board,
)
from minqing.cases.queries.board import (
    Line as BoardLine,
)
from minqing.cases.queries.board import (
    Numbers as BoardNumbers,
)
from minqing.cases.queries.board import (
    SpotLine as BoardSpot,
)
from minqing.cases.queries.bulk import (
    Choices as BulkChoices,
)
from minqing.cases.queries.bulk import (
    choices as bulk_choices,
)
from minqing.cases.queries.bulk import (
    first_of,
)
from minqing.cases.queries.catalogue import (
    CatalogueLine,
    Suggestion,
    catalogue,
    catalogue_entry,
    procedure_for,
    procedures_to_choose,
    suggestion,
    suggestion_for,
)
from minqing.cases.queries.codes import DOOR_SETS, Door, Doors, doors
from minqing.cases.queries.copies import Whose, cases_about, open_about, reported_by
from minqing.cases.queries.duty import (
    NOTE_ROWS as DUTY_NOTE_ROWS,
)
from minqing.cases.queries.duty import (
    duty,
)
from minqing.cases.queries.exclusions import (
    EXCLUSION_STATES,
    EXCLUSIONS_ROWS,
    ExclusionLine,
    ExclusionsPage,
    exclusion_line,
    exclusions,
)
from minqing.cases.queries.exports import (
    COLUMNS as EXPORT_COLUMNS,
)
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
from minqing.cases.queries.file import (
    CaseFile,
    ContactView,
    Glance,
    attachment_path,
    case_file,
    glance,
    open_steps,
    phone_to_call,
    require_case,
)
from minqing.cases.queries.handed import Handed, Kin, handed
from minqing.cases.queries.intake import (
    PlaceChoice,
    Places,
    earlier_calls,
    places,
    receipt_code,
)
from minqing.cases.queries.likely_same import (
    Alike,
    Pair,
    alike_to,
    alike_to_words,
    likely_pairs,
    may_be_merged,
)
from minqing.cases.queries.lines import LINE_SETS, LineShare, lines_share
from minqing.cases.queries.links import (
    FindingCase,
    NoticeLine,
    count_open,
    of_findings,
    of_ids,
    of_subjects,
    open_in,
    own_notices,
)
from minqing.cases.queries.listing import LISTED_MAX, Listed, listed
from minqing.cases.queries.petitions import BACKLOG_DAYS, PetitionBoard, petition_board
from minqing.cases.queries.petitions import STANDS as PETITION_STANDS
from minqing.cases.queries.photos import (
    photo_to_release,
    released_of,
    released_path,
)
from minqing.cases.queries.queue import (
    COLUMNS as QUEUE_COLUMNS,
)
from minqing.cases.queries.queue import (
    COUNT_MAX,
    PAGE_ROWS,
    SORTS,
    USUAL_COLUMNS,
    CaseRow,
    QueueFilters,
    QueuePage,
    count_many,
    queue,
    rows,
    topic_keys,
    topics,
    topics_and_groups,
)
from minqing.cases.queries.receipt import DoorPlace, Receipt, door_code, receipt, receipt_photo, reporter_step
from minqing.cases.queries.returns import (
    RETURN_STATES,
    RETURNS_ROWS,
    ReturnLine,
    ReturnsPage,
    returns,
    returns_of,
)
from minqing.cases.queries.sampling import (
    CALLS_ROWS,
    draws,
    sample_call,
    sample_calls,
    sample_figures,
    share_now,
)
from minqing.cases.queries.sets import SETS, Period
from minqing.cases.queries.standings import (
    BY_AREA,
    BY_SOURCE,
    BY_UNIT,
    STANDINGS_BY,
    Standing,
    Standings,
    standings,
)
from minqing.cases.queries.submissions import (
    SUBMISSIONS_MAX,
    SubmissionsAsked,
    SubmissionView,
    submission_number,
    submissions,
)
from minqing.cases.queries.templates import (
    PLACES as TEMPLATE_PLACES,
)
from minqing.cases.queries.templates import (
    filled as filled_template,
)
from minqing.cases.queries.templates import (
    template_for,
    templates,
    templates_for,
)
from minqing.cases.queries.told import what_happened
from minqing.cases.queries.views import (
    TAB_COUNT_MAX,
    VIEWS_MAX,
    Tab,
    counted,
    tabs,
)
from minqing.cases.queries.work import CaseWork, work_about
from minqing.cases.rules import (
    API,
    DOOR_CODE,
    EXPRESS,
    HOTLINE,
    OFFICER,
    PETITION,
    PHOTOS_MAX,
    RECEIPT_LENGTH,
    RIGHTS,
    SEALED,
    SOURCE_LABELS,
    VISIT,
    WORDS_MAX,
    read_code,
)
from minqing.cases.sampling import month_before
from minqing.cases.services.bulk import (
    BULK_MAX,
    TO_PERSON,
    TO_UNIT,
    Ticked,
    act_on_many,
    look_through,
    report_of,
)
from minqing.cases.services.bulk import (
    STEP as BULK_STEP,
)
from minqing.cases.services.bulk import (
    Outcome as BulkOutcome,
)
from minqing.cases.services.bulk import (
    Wish as BulkWish,
)
from minqing.cases.services.catalogue import CatalogueInput, add_to_catalogue, end_catalogue_line
from minqing.cases.services.door_codes import make_door_code, make_door_codes
from minqing.cases.services.duty import (
    take_over,
    write_note,
)
from minqing.cases.services.erasing import erase_from_cases
from minqing.cases.services.excluding import propose_exclusion, reverse_exclusion, rule_on_exclusion
from minqing.cases.services.exporting import (
    export_cases,
    export_table,
)
from minqing.cases.services.express import (
    announce_day,
    book,
    call_off_day,
    give_back,
    note_meeting,
    note_return,
    plan_return,
)
from minqing.cases.services.merging import judge_not_same, merge_cases, undo_merge
from minqing.cases.services.petitions import sponsor_petition
from minqing.cases.services.redaction import (
    BOXES_MAX,
    release_photo,
    withdraw_photo,
)
from minqing.cases.services.reporter import add_word, urge
from minqing.cases.services.reporting import (
    ContactInput,
    Report,
    new_report_id,
    open_case,
    open_from_finding,
)
from minqing.cases.services.sampling import (
    SampleAnswer,
    draw_sample,
    keep_sample_call,
    population,
    repeat_draw,
    set_share,
)
from minqing.cases.services.splitting import PartInput, split_case
from minqing.cases.services.steps import StepInput, answer, step_by_reporter, take_step
from minqing.cases.services.submitting import submit_case
from minqing.cases.services.switching import switch_procedure
from minqing.cases.services.telling import read as tell_entries
from minqing.cases.services.telling import tell_on
from minqing.cases.services.templates import (
    close_template,
    save_template,
)
from minqing.cases.services.topics import load_topics
from minqing.cases.services.urging import urge_by_supervisor
from minqing.cases.services.views import (
    arrange_views,
    choose_columns,
    forget_view,
    rename_view,
    save_view,
    share_view,
)
from minqing.cases.telling import PUSH_LABELS

__all__ = [
    "ACT_ON_MANY",
    "ALL",
    "API",
    "ASKED",
    "BACKLOG_DAYS",
    "BOARD_COLOURS",
    "BOXES_MAX",
    "BULK_MAX",
    "BULK_STEP",
    "BY_AREA",
    "BY_SOURCE",
    "BY_UNIT",
    "CALLS_ROWS",
    "CALL_SAMPLE",
    "CONTENT_LABELS",
    "COUNT_MAX",
    "DOOR_CODE",
    "DOOR_SETS",
    "DRAW_SAMPLE",
    "DUTY_NOTE_ROWS",
    "DUTY_WORDS_MAX",
    "EDIT_CATALOGUE",
    "EDIT_TEMPLATES",
    "EXCLUSIONS_ROWS",
    "EXCLUSION_STATES",
    "EXPORT_CASES",
    "EXPORT_COLUMNS",
    "EXPRESS",
    "HANDLE_REQUESTS",
    "HOTLINE",
    "HOW_LABELS",
    "KEEP_DUTY",
    "LIFT_TO_EXPRESS",
    "LINE_SETS",
    "LISTED_MAX",
    "LOOK_UPS",
    "MERGE_CASES",
    "MISSES",
    "NAME_SPONSOR",
    "NO_UNIT",
    "OFFICER",
    "OPEN",
    "OPEN_CASES",
    "OPEN_PETITIONS",
    "PAGE_ROWS",
    "PETITION",
    "PETITION_STANDS",
    "PETITION_TERMS",
    "PHONE",
    "PHOTOS_MAX",
    "PRINT_DOOR_CODES",
    "PROPOSE_EXCLUSION",
    "PUSH_LABELS",
    "QUEUE_COLUMNS",
    "QUEUE_TEXT_MAX",
    "RECEIPT_LENGTH",
    "REGISTER_PETITION",
    "RELEASE_PHOTOS",
    "REPLIES",
    "REPORTS",
    "REPORT_CASE",
    "RETURNS_ROWS",
    "RETURN_STATES",
    "RIGHTS",
    "RULE_EXCLUSIONS",
    "RUN_EXPRESS",
    "SEALED",
    "SEE_BOARD",
    "SEE_CASES",
    "SEE_CONTACT",
    "SEE_EXCLUSIONS",
    "SEE_EXPRESS",
    "SEE_LINES",
    "SEE_PETITIONS",
    "SEE_RETURNS",
    "SEE_STANDINGS",
    "SETS",
    "SHARE_VIEWS",
    "SLOTS_MAX",
    "SORTS",
    "SOURCE_LABELS",
    "STANDINGS_BY",
    "SUBMISSIONS_MAX",
    "SUPERVISE",
    "TAB_COUNT_MAX",
    "TAKE_CALLS",
    "TEMPLATE_NAME_MAX",
    "TEMPLATE_PLACES",
    "TEMPLATE_WORDS_MAX",
    "TODO",
    "TO_PERSON",
    "TO_UNIT",
    "UNDO_WITHIN",
    "USUAL_COLUMNS",
    "VIEWS",
    "VIEWS_MAX",
    "VISIT",
    "WORDS_MAX",
    "Addition",
    "Alike",
    "Answer",
    "AnswerForm",
    "AnswerTemplate",
    "Attachment",
    "Board",
    "BoardLine",
    "BoardNumbers",
    "BoardSpot",
    "BulkChoices",
    "BulkOutcome",
    "BulkWish",
    "Case",
    "CaseFile",
    "CaseRow",
    "CaseWork",
    "CatalogueInput",
    "CatalogueLine",
    "ContactInput",
    "ContactView",
    "DayView",
    "Door",
    "DoorCode",
    "DoorPlace",
    "Doors",
    "ExclusionLine",
    "ExclusionsPage",
    "ExpressFile",
    "ExpressPage",
    "FindingCase",
    "Glance",
    "Handed",
    "HotlineReportForm",
    "Kin",
    "LineShare",
    "Listed",
    "NoticeLine",
    "OfficerReportForm",
    "Pair",
    "PartInput",
    "Period",
    "PetitionBoard",
    "PhoneField",
    "PlaceChoice",
    "Places",
    "QueueFilters",
    "QueueForm",
    "QueuePage",
    "Receipt",
    "Report",
    "ReporterReportForm",
    "ReturnLine",
    "ReturnVisit",
    "ReturnsPage",
    "SampleAnswer",
    "SitInBooking",
    "SitInDay",
    "Slot",
    "Standing",
    "Standings",
    "StepForm",
    "StepInput",
    "SubmissionView",
    "SubmissionsAsked",
    "Suggestion",
    "Tab",
    "Ticked",
    "Topic",
    "Whose",
    "WordForm",
    "act_on_many",
    "add_to_catalogue",
    "add_word",
    "alike_to",
    "alike_to_words",
    "announce_day",
    "answer",
    "arrange_views",
    "attachment_path",
    "board",
    "book",
    "bulk_choices",
    "call_off_day",
    "case_file",
    "cases_about",
    "catalogue",
    "catalogue_entry",
    "choose_columns",
    "close_template",
    "count_many",
    "count_open",
    "counted",
    "days",
    "door_code",
    "doors",
    "draw_sample",
    "draws",
    "duty",
    "earlier_calls",
    "end_catalogue_line",
    "erase_from_cases",
    "exclusion_line",
    "exclusions",
    "export_cases",
    "export_table",
    "express_file",
    "express_page",
    "filled_template",
    "first_of",
    "forget_view",
    "give_back",
    "glance",
    "handed",
    "judge_not_same",
    "keep_sample_call",
    "likely_pairs",
    "lines_share",
    "listed",
    "load_topics",
    "look_through",
    "make_door_code",
    "make_door_codes",
    "may_be_merged",
    "merge_cases",
    "month_before",
    "new_report_id",
    "note_meeting",
    "note_return",
    "of_findings",
    "of_ids",
    "of_subjects",
    "open_about",
    "open_case",
    "open_from_finding",
    "open_in",
    "open_steps",
    "own_notices",
    "petition_board",
    "phone_to_call",
    "photo_to_release",
    "places",
    "plan_return",
    "population",
    "procedure_for",
    "procedures_to_choose",
    "propose_exclusion",
    "queue",
    "read_asked",
    "read_code",
    "receipt",
    "receipt_code",
    "receipt_photo",
    "release_photo",
    "released_of",
    "released_path",
    "rename_view",
    "repeat_draw",
    "report_of",
    "reported_by",
    "reporter_step",
    "require_case",
    "returns",
    "returns_of",
    "reverse_exclusion",
    "rows",
    "rule_on_exclusion",
    "sample_call",
    "sample_calls",
    "sample_figures",
    "save_template",
    "save_view",
    "set_share",
    "share_now",
    "share_view",
    "sit_in_day",
    "split_case",
    "sponsor_petition",
    "standings",
    "step_by_reporter",
    "submission_number",
    "submissions",
    "submit_case",
    "suggestion",
    "suggestion_for",
    "switch_procedure",
    "tabs",
    "take_over",
    "take_step",
    "tell_entries",
    "tell_on",
    "template_for",
    "templates",
    "templates_for",
    "topic_keys",
    "topics",
    "topics_and_groups",
    "undo_merge",
    "urge",
    "urge_by_supervisor",
    "what_happened",
    "withdraw_photo",
    "work_about",
    "write_note",
]  # fmt: skip
