"""Addresses that pages ask by themselves while they stay open."""

from django.urls import URLPattern, path

from minqing.desk.pages import live

live_patterns: list[URLPattern] = [
    path("cases/changes/", live.queue_changes, name="queue_changes"),
    path("cases/<uuid:case_id>/now/", live.case_now, name="case_now"),
]
