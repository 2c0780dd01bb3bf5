"""The front door of the workflow."""

from minqing.workflow.answering import Turn, accountable, told_when_late, who_may
from minqing.workflow.clock_requests import (
    ClockPart,
    RequestLine,
    approvers_of,
    clock_part,
    extendable,
    request_lines,
    requests_to_decide,
)
from minqing.workflow.colours import (
    ColourChange,
    ShownClock,
    clocks_in,
    clocks_of,
    colour_changes,
    colour_on,
    colour_then,
)
from minqing.workflow.courses import courses, hands
from minqing.workflow.handbook import problems_of_all, procedure_pages
from minqing.workflow.models import (
    CalendarVersion,
    ClockRequest,
    Leg,
    Recomputation,
    Run,
    RunQuerySet,
    TermVersion,
    WorkingDay,
    colour_at,
    current_calendar,
    runs_seen,
)
from minqing.workflow.moved import (
    MOVED_COUNT_MAX,
    MOVED_PAGE_ROWS,
    MovedClock,
    MovedPage,
    Recomputed,
    holders_of_moved,
    moved_clocks,
    recomputation,
    recomputation_of,
    recomputations,
)
from minqing.workflow.official import official_calendar
from minqing.workflow.parts import (
    CLOCK,
    LISTER,
    MERGED,
    REPORTER,
    SPONSOR,
    SWITCHED,
    Condition,
    Effect,
    Leeway,
    Measure,
    Need,
    NeedKind,
    State,
    Step,
    Within,
    calendar_days,
    working_days,
    working_hours,
)
from minqing.workflow.permissions import EDIT_CALENDAR, NAME_HOLDER, SEE_RUNS, SPONSOR_CASES, STAND_IN
from minqing.workflow.posts import Accountable
from minqing.workflow.procedure import Decision, Procedure, UnknownProcedure, procedure, procedures
from minqing.workflow.queries import (
    LegView,
    TodoCount,
    calendar_is_published,
    days_of_year,
    face,
    face_of,
    faces,
    its_turn,
    legs,
    roles_in,
    run_of,
    steps_open_to,
    todo,
    todo_counts,
)
from minqing.workflow.rehearsal import Rehearsal
from minqing.workflow.rules import (
    Calendar,
    ClockFace,
    Colour,
    Due,
    OfficeHours,
    due_at,
    in_words,
    working_time_between,
)
from minqing.workflow.services.calendar import (
    ensure_calendar,
    publish_year,
    set_office_hours,
    set_working_day,
)
from minqing.workflow.services.clocks import sweep_overdue
from minqing.workflow.services.following import follow, go_back, lock_runs, take_up_again
from minqing.workflow.services.naming import may_hold, name_holder, name_sponsor
from minqing.workflow.services.pausing import (
    ask_extension,
    ask_pause,
    decide_request,
    end_pause,
    end_pauses,
    may_ask,
    may_decide,
)
from minqing.workflow.services.posts import watch_posts
from minqing.workflow.services.recompute import recompute_clocks
from minqing.workflow.services.runs import History, Taken, advance, lock_run, start_run, write_histories
from minqing.workflow.services.setting import clock_facts
from minqing.workflow.services.switching import change_procedure, jump
from minqing.workflow.services.terms import set_term
from minqing.workflow.term_lists import (
    ProcedureTerms,
    TermLine,
    running_under,
    term_line,
    terms_of_all,
    terms_set,
)
from minqing.workflow.terms import OVERALL, WHOLE_PROCEDURE, span_of
from minqing.workflow.turning import turning
from minqing.workflow.whatif import Course, Figures, Setting, Stay, replay

__all__ = [
    "CLOCK", "EDIT_CALENDAR", "LISTER", "MERGED", "MOVED_COUNT_MAX", "MOVED_PAGE_ROWS", "NAME_HOLDER", "OVERALL",
    "REPORTER", "SEE_RUNS", "SPONSOR", "SPONSOR_CASES", "STAND_IN", "SWITCHED", "WHOLE_PROCEDURE", "Accountable",
    "Calendar", "CalendarVersion", "ClockFace", "ClockPart", "ClockRequest", "Colour", "ColourChange", "Condition",
    "Course", "Decision", "Due", "Effect", "Figures", "History", "Leeway", "Leg", "LegView", "Measure", "MovedClock",
    "MovedPage", "Need", "NeedKind", "OfficeHours", "Procedure", "ProcedureTerms", "Recomputation", "Recomputed",
    "Rehearsal", "RequestLine", "Run", "RunQuerySet", "Setting", "ShownClock", "State", "Stay", "Step", "Taken",
    "TermLine", "TermVersion", "TodoCount", "Turn", "UnknownProcedure", "Within", "WorkingDay", "accountable",
    "advance", "approvers_of", "ask_extension", "ask_pause", "calendar_days", "calendar_is_published",
    "change_procedure", "clock_facts", "clock_part", "clocks_in", "clocks_of", "colour_at", "colour_changes",
    "colour_on", "colour_then", "courses", "current_calendar", "days_of_year", "decide_request", "due_at",
    "end_pause", "end_pauses", "ensure_calendar", "extendable", "face", "face_of", "faces", "follow", "go_back",
    "hands", "holders_of_moved", "in_words", "its_turn", "jump", "legs", "lock_run", "lock_runs", "may_ask",
    "may_decide", "may_hold", "moved_clocks", "name_holder", "name_sponsor", "official_calendar", "problems_of_all",
    "procedure", "procedure_pages", "procedures", "publish_year", "recomputation", "recomputation_of", "recomputations",
    "recompute_clocks", "replay", "request_lines",
    "requests_to_decide", "roles_in", "run_of", "running_under", "runs_seen", "set_office_hours", "set_term",
    "set_working_day", "span_of", "start_run", "steps_open_to", "sweep_overdue", "take_up_again", "term_line",
    "terms_of_all", "terms_set", "todo", "todo_counts", "told_when_late", "turning", "watch_posts", "who_may",
    "working_days", "working_hours", "working_time_between", "write_histories",
]  # fmt: skip
