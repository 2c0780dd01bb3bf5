"""People, units, appointments, sessions, tokens, and the memory of failed sign-ins."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When

from minqing.accounts.rules import ADMINISTRATORS, role_at
from minqing.accounts.token_rules import TOKEN_NAME_MAX
from minqing.kernel import clock
from minqing.kernel.access import Role
from minqing.kernel.ids import uuid7
from minqing.kernel.models import Row
from minqing.kernel.roles import ROLES
from minqing.kernel.sealed import SealedField

UNIT_KINDS = {
    "department": "部门",
    "town_office": "镇街科室",
    "village_committee": "村（居）委会",
    "police_post": "派出所",
    "hotline": "热线受理中心",
}


class PersonManager(BaseUserManager["Person"]):
    """How Django's sign-in finds a person."""


class Person(AbstractBaseUser):
    """Somebody who logs in. What they may do stands in their appointments alone."""

    public_because: ClassVar[str] = "who serves where is published; passwords are hashes that no page shows"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)
    password_set_at = models.DateTimeField(default=clock.now)
    # Somebody else knows it: whoever made the account or reset the password.
    must_change_password = models.BooleanField(default=False, db_default=False)
    # Signs in only where the county's profile says it is a demonstration.
    is_demonstration = models.BooleanField(default=False)

    objects = PersonManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        db_table = "person"

    def __str__(self) -> str:
        return self.name


class Unit(Row):
    """An office that handles cases: a department, a town office, a village committee, a police post."""

    public_because: ClassVar[str] = "offices of the government are published"

    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=list(UNIT_KINDS.items()))
    name = models.CharField(max_length=80)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "unit"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["area", "name"], name="unit_name_once_per_area")]

    def __str__(self) -> str:
        return self.name


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def current(self, on: date) -> Self:
        """Only appointments that hold on a day, of accounts that are active."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on, person__is_active=True)


class Days(Func):
    """The days of an appointment, the last one included; without end where there is none."""

    function = "daterange"
    output_field = DateRangeField()


def _days() -> Days:
    return Days("starts_on", "ends_on", Value("[]"))


def _side() -> Case:
    """Return what must not meet its other: each administrator is a side of its own, all business is one."""
    kinds = [
        When(role=role.key, then=Value(role.key)) for role in sorted(ADMINISTRATORS, key=lambda one: one.key)
    ]
    return Case(*kinds, default=Value("business"), output_field=models.CharField())


class Appointment(Row):
    """A person holds a role at an area (and in a unit) between two dates."""

    public_because: ClassVar[str] = "who is answerable where is published to residents"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=30, choices=[(key, role.label) for key, role in ROLES.items()])
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        db_table = "appointment"
        indexes = [models.Index(fields=["role", "area"], name="appointment_role_area")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="appointment_ends_after_start",
            ),
            # The second lock behind rules.why_not_together: holds for raw SQL and for two appointing at once.
            ExclusionConstraint(
                name="appointment_sides_never_meet",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (_days(), RangeOperators.OVERLAPS),
                    (_side(), RangeOperators.NOT_EQUAL),
                ],
            ),
        ]

    @property
    def the_role(self) -> Role:
        return ROLES[self.role]

    @property
    def label(self) -> str:
        """Return ``谷来镇综合执法队承办人``."""
        return role_at(self.unit.name if self.unit else self.area.name, self.the_role.label)


class SignInDelay(Row):
    """How often one account or one address failed; keyed hashes only, no names, no addresses."""

    public_because: ClassVar[str] = "no page shows it; it holds keyed hashes"

    key = models.BinaryField(max_length=16, unique=True)
    failures = models.PositiveIntegerField(default=0)
    last_failure_at = models.DateTimeField()
    blocked_until = models.DateTimeField()

    class Meta:
        db_table = "sign_in_delay"


class Session(Row):
    """A browser's session: whose it is once somebody signed in, and until when it holds.

    What the browser keeps is not in it, only its hash: whoever reads the database signs in with nothing from there.
    """

    public_because: ClassVar[str] = (
        "no page shows it but one's own; found by the hash of what the browser keeps"
    )

    key_hash = models.BinaryField(max_length=32, unique=True)
    data = models.TextField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    device = models.CharField(max_length=60, default="")
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    # Whichever comes first: so long after the last request, so long after signing in.
    idle_until = models.DateTimeField(db_index=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "signed_in_session"


class SecurityNotice(Row):
    """Something about one's own account that one is told of at the next page: a reset, a new way to sign in."""

    scoped_through: ClassVar[str] = "person"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    sentence = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "security_notice"


class SignInSecret(Row):
    """The secrets behind a person's app and recovery codes, sealed; its id is the person's, to which they are bound.

    allauth's own table holds only which factors there are: what is sealed here is found and sealed anew with new keys.
    """

    public_because: ClassVar[str] = "no page shows it; sealed for the person whose id it has"

    app = SealedField()
    recovery = SealedField()

    class Meta:
        db_table = "sign_in_secret"


class ApiToken(Row):
    """The right to call the interface in one appointment: of one's own script, or of a system that the county named.

    Only the hash of what the caller keeps is here, as with sessions. Nobody but the appointment's own person ever sees
    the secret: the security administrator opens a system's token, and that person fetches it.
    """

    scoped_through: ClassVar[str] = "person"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=TOKEN_NAME_MAX)
    is_system = models.BooleanField(default=False)
    scopes = ArrayField(models.CharField(max_length=20))
    # Empty until it is fetched: there is no secret before somebody sees it.
    key_hash = models.BinaryField(max_length=32, null=True, unique=True)
    hint = models.CharField(max_length=12, blank=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "api_token"
