"""The front door of the workflow."""

from minqing.workflow.handbook import problems_of_all, procedure_pages
from minqing.workflow.models import CalendarVersion, Leg, Run, RunQuerySet, WorkingDay, current_calendar
from minqing.workflow.parts import (
    REPORTER,
    Effect,
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
from minqing.workflow.permissions import EDIT_CALENDAR, SEE_RUNS
from minqing.workflow.procedure import Decision, Procedure, UnknownProcedure, procedure, procedures
from minqing.workflow.queries import (
    LegView,
    TodoCount,
    Turn,
    calendar_is_published,
    days_of_year,
    face,
    faces,
    legs,
    roles_in,
    run_of,
    steps_open_to,
    todo,
    todo_counts,
    who_may,
)
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
from minqing.workflow.services.clocks import recompute_clocks, sweep_overdue
from minqing.workflow.services.runs import History, Taken, advance, lock_run, start_run, write_histories

__all__ = [
    "EDIT_CALENDAR", "REPORTER", "SEE_RUNS", "Calendar", "CalendarVersion", "ClockFace", "Colour", "Decision", "Due",
    "Effect", "History", "Leg", "LegView", "Measure", "Need", "NeedKind", "OfficeHours", "Procedure", "Run",
    "RunQuerySet", "State", "Step", "Taken", "TodoCount", "Turn", "UnknownProcedure", "Within", "WorkingDay", "advance",
    "calendar_days", "calendar_is_published", "current_calendar", "days_of_year", "due_at", "ensure_calendar", "face",
    "faces", "in_words", "legs", "lock_run", "problems_of_all", "procedure", "procedure_pages", "procedures",
    "publish_year", "recompute_clocks", "roles_in", "run_of", "set_office_hours", "set_working_day", "start_run",
    "steps_open_to", "sweep_overdue", "todo", "todo_counts", "who_may", "working_days", "working_hours",
    "working_time_between", "write_histories",
]  # fmt: skip
