"""Addresses of the desk, a list per topic."""

from django.urls import URLPattern, path

from minqing.desk.pages import home

app_name = "desk"

home_patterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("notices/read/", home.notices_read, name="notices_read"),
]
queue_patterns: list[URLPattern] = []
case_patterns: list[URLPattern] = []
intake_patterns: list[URLPattern] = []
codes_patterns: list[URLPattern] = []

# The registry, the diary, the administration.
dossier_patterns: list[URLPattern] = []
diary_patterns: list[URLPattern] = []
administration_patterns: list[URLPattern] = []

urlpatterns: list[URLPattern] = [
    *home_patterns,
    *queue_patterns,
    *case_patterns,
    *intake_patterns,
    *codes_patterns,
    *dossier_patterns,
    *diary_patterns,
    *administration_patterns,
]
