"""Addresses of the phone."""

from django.urls import path

from minqing.mobile.pages import disclosure, joint, matters, me, notices, personal_codes, today, visits

app_name = "mobile"
urlpatterns = [
    path("", today.today, name="today"),
    path("notices/read/", today.notices_read, name="notices_read"),
    path("visits/", visits.my_diary, name="diary"),
    path("visits/pick/", visits.pick, name="pick"),
    path("visits/new/<slug:kind>/<uuid:subject_id>/", visits.new_visit, name="new_visit"),
    path("visits/<uuid:visit_id>/", visits.visit, name="visit"),
    path("visits/<uuid:visit_id>/findings/", visits.add_finding, name="add_finding"),
    path("findings/<uuid:finding_id>/case/", visits.finding_to_case, name="finding_to_case"),
    path("photos/<uuid:photo_id>/", visits.photo, name="photo"),
    path("subjects/<slug:kind>/<uuid:subject_id>/", visits.subject, name="subject"),
    path("subjects/<slug:kind>/<uuid:subject_id>/reason/", disclosure.break_glass, name="break_glass"),
    path("subjects/<slug:kind>/<uuid:subject_id>/number/", disclosure.number, name="number"),
    path("codes/", personal_codes.find, name="personal_codes"),
    path("residents/<uuid:resident_id>/code/", personal_codes.personal_code, name="personal_code"),
    path("matters/", matters.matters, name="matters"),
    path("matters/new/", matters.report, name="report"),
    path("matters/<uuid:case_id>/", matters.matter, name="matter"),
    path("matters/<uuid:case_id>/call/", disclosure.call, name="call"),
    path("matters/<uuid:case_id>/<slug:step>/", matters.take, name="take"),
    path("attachments/<uuid:attachment_id>/", matters.attachment, name="attachment"),
    path("parts/<uuid:part_id>/", joint.part, name="part"),
    path("parts/<uuid:part_id>/<slug:step>/", joint.part_take, name="part_take"),
    path("me/", me.me, name="me"),
    path("notices/", notices.own, name="notices"),
    path("notices/settings/", notices.settings, name="notice_settings"),
    path("notices/settings/<uuid:channel_id>/", notices.address, name="notice_address"),
    path("notices/settings/<uuid:channel_id>/try/", notices.address_try, name="notice_address_try"),
]
