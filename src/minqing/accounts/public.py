"""The front door of accounts."""

from minqing.accounts.actor import Acting, AppointedActor
from minqing.accounts.directory import (
    PEOPLE_ROWS,
    UNIT_ROWS,
    PeoplePage,
    PersonLine,
    UnitPage,
    appointments_above,
    appointments_of,
    people,
    person,
    person_names,
    units,
    units_in,
)
from minqing.accounts.factors import Factor, factors_of
from minqing.accounts.models import UNIT_KINDS, Appointment, Person, Unit
from minqing.accounts.permissions import MANAGE_PEOPLE, MANAGE_UNITS, READ_AUDIT
from minqing.accounts.queries import (
    Answerable,
    actor_of,
    answerable,
    appointments_in,
    current_appointments,
    unit,
    units_for,
)
from minqing.accounts.rules import ROLE_LEVELS, role_at
from minqing.accounts.services.appointments import appoint, end_appointment
from minqing.accounts.services.delays import forget_old_failures
from minqing.accounts.services.installing import add_first_administrator, rescue_administrator
from minqing.accounts.services.people import (
    add_person,
    change_password,
    close_account,
    reopen_account,
    reset_password,
)
from minqing.accounts.services.second_factor import reset_factors
from minqing.accounts.services.sessions import end_sessions
from minqing.accounts.services.sign_in import check_name_and_password, second_factor_required
from minqing.accounts.services.units import close_unit, open_unit
from minqing.kernel.roles import (
    AUDITOR,
    FOLLOW_UP_CALLER,
    GRID_WORKER,
    HANDLER,
    REGISTRAR,
    REVIEWER,
    ROLES,
    SECURITY_ADMINISTRATOR,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)

__all__ = [
    "AUDITOR",
    "FOLLOW_UP_CALLER",
    "GRID_WORKER",
    "HANDLER",
    "MANAGE_PEOPLE",
    "MANAGE_UNITS",
    "PEOPLE_ROWS",
    "READ_AUDIT",
    "REGISTRAR",
    "REVIEWER",
    "ROLES",
    "ROLE_LEVELS",
    "SECURITY_ADMINISTRATOR",
    "SYSTEM_ADMINISTRATOR",
    "TOWN_DISPATCHER",
    "UNIT_KINDS",
    "UNIT_ROWS",
    "VILLAGE_CLERK",
    "VILLAGE_SECRETARY",
    "Acting",
    "Answerable",
    "AppointedActor",
    "Appointment",
    "Factor",
    "PeoplePage",
    "Person",
    "PersonLine",
    "Unit",
    "UnitPage",
    "actor_of",
    "add_first_administrator",
    "add_person",
    "answerable",
    "appoint",
    "appointments_above",
    "appointments_in",
    "appointments_of",
    "change_password",
    "check_name_and_password",
    "close_account",
    "close_unit",
    "current_appointments",
    "end_appointment",
    "end_sessions",
    "factors_of",
    "forget_old_failures",
    "open_unit",
    "people",
    "person",
    "person_names",
    "reopen_account",
    "rescue_administrator",
    "reset_factors",
    "reset_password",
    "role_at",
    "second_factor_required",
    "unit",
    "units",
    "units_for",
    "units_in",
]  # fmt: skip
