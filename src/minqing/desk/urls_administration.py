"""Addresses of imports, areas, people, the calendar and the audit."""

from django.urls import URLPattern, path

from minqing.desk.pages import areas, audit, calendar, imports, people, people_access, seals, units

administration_patterns: list[URLPattern] = [
    path("imports/", imports.imports, name="imports"),
    path("imports/template/<slug:kind>/", imports.template, name="import_template"),
    path("imports/<uuid:batch_id>/", imports.batch, name="import"),
    path("imports/<uuid:batch_id>/errors.csv", imports.errors, name="import_errors"),
    path("imports/<uuid:batch_id>/progress/", imports.progress, name="import_progress"),
    path("imports/<uuid:batch_id>/apply/", imports.apply, name="import_apply"),
    path("imports/<uuid:batch_id>/discard/", imports.discard, name="import_discard"),
    path("areas/", areas.tree, name="areas"),
    path("areas/<uuid:area_id>/", areas.area, name="area"),
    path("areas/<uuid:area_id>/open/", areas.open_new, name="area_open"),
    path("areas/<uuid:area_id>/rename/", areas.rename, name="area_rename"),
    path("areas/<uuid:area_id>/move/", areas.move, name="area_move"),
    path("areas/<uuid:area_id>/close/", areas.close, name="area_close"),
    path("people/", people.people, name="people"),
    path("people/units/", people.units, name="people_units"),
    path("areas/<uuid:area_id>/units/new/", units.unit_open, name="unit_open"),
    path("units/<uuid:unit_id>/close/", units.unit_close, name="unit_close"),
    path("people/new/", people.person_new, name="person_new"),
    path("people/<uuid:person_id>/", people.person, name="person"),
    path("people/<uuid:person_id>/password/", people.password_reset, name="person_password"),
    path("people/<uuid:person_id>/factors/", people_access.factors_reset, name="person_factors"),
    path("people/<uuid:person_id>/close/", people_access.account_close, name="person_close"),
    path("people/<uuid:person_id>/reopen/", people_access.account_reopen, name="person_reopen"),
    path("people/<uuid:person_id>/appoint/", people.appoint, name="person_appoint"),
    path(
        "people/<uuid:person_id>/appointments/<uuid:appointment_id>/end/",
        people.appointment_end,
        name="appointment_end",
    ),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/publish/", calendar.publish, name="calendar_publish"),
    path("calendar/hours/", calendar.hours, name="calendar_hours"),
    path("calendar/<slug:on>/", calendar.day, name="calendar_day"),
    path("audit/", audit.audit, name="audit"),
    path("seals/", seals.seals, name="seals"),
]
