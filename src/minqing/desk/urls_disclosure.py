"""Addresses of 查阅与破例 and of whole numbers."""

from django.urls import URLPattern, path

from minqing.desk.pages import disclosure, disclosure_numbers

disclosure_patterns: list[URLPattern] = [
    path("access/", disclosure.access, name="access"),
    path("access/notices/read/", disclosure.access_notices_read, name="access_notices_read"),
    path("access/alarms/", disclosure.access_alarms, name="access_alarms"),
    path("access/alarms/<uuid:alarm_id>/clear/", disclosure.access_alarm_clear, name="access_alarm_clear"),
    path("access/<uuid:glass_id>/", disclosure.access_review, name="access_review"),
    path("registry/<slug:kind>/<uuid:subject_id>/reason/", disclosure.break_glass, name="break_glass"),
    path("registry/<slug:kind>/<uuid:subject_id>/number/", disclosure_numbers.number, name="number"),
    path("cases/<uuid:case_id>/call/", disclosure_numbers.case_call, name="case_call"),
]
