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
from minqing.accounts.models import UNIT_KINDS, Appointment, Person, Unit
from minqing.accounts.permissions import MANAGE_PEOPLE, READ_AUDIT
from minqing.accounts.queries import (
    Answerable,
    actor_of,
    answerable,
    appointments_in,
    current_appointments,
    unit,
    units_for,
)
from minqing.accounts.rules import ROLE_LEVELS
from minqing.accounts.services import (
    add_first_administrator,
    add_person,
    appoint,
    change_password,
    end_appointment,
    forget_old_failures,
    reset_password,
    sign_in,
)
from minqing.kernel.roles import (
    AUDITOR,
    COUNTY_ADMINISTRATOR,
    FOLLOW_UP_CALLER,
    GRID_WORKER,
    HANDLER,
    REVIEWER,
    ROLES,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)

__all__ = [
    "AUDITOR", "COUNTY_ADMINISTRATOR", "FOLLOW_UP_CALLER", "GRID_WORKER", "HANDLER", "MANAGE_PEOPLE",
    "PEOPLE_ROWS", "READ_AUDIT", "REVIEWER", "ROLES", "ROLE_LEVELS", "TOWN_DISPATCHER", "UNIT_KINDS",
    "UNIT_ROWS", "VILLAGE_CLERK", "VILLAGE_SECRETARY", "Acting", "Answerable", "AppointedActor",
    "Appointment", "PeoplePage", "Person", "PersonLine", "Unit", "UnitPage", "actor_of",
    "add_first_administrator", "add_person",
    "answerable", "appoint", "appointments_above", "appointments_in", "appointments_of", "change_password",
    "current_appointments", "end_appointment", "forget_old_failures", "people", "person", "person_names",
    "reset_password", "sign_in", "unit", "units", "units_for", "units_in",
]  # fmt: skip
