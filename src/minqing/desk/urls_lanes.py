"""Addresses of the three lines, of petitions and of the mayor's lane."""

from django.urls import URLPattern, path

from minqing.desk.pages import express, intake, lines, petitions

lanes_patterns: list[URLPattern] = [
    path("lines/", lines.three_lines, name="three_lines"),
    path("cases/<uuid:case_id>/lines/", lines.lines_turn, name="lines_turn"),
    path("petitions/", petitions.petitions, name="petitions"),
    path("petitions/new/", intake.petition_new, name="petition_new"),
    path("petitions/<uuid:case_id>/sponsor/", petitions.petition_sponsor, name="petition_sponsor"),
    path("express/", express.express, name="express"),
    path("express/new/", intake.express_new, name="express_new"),
    path("express/days/new/", express.sit_in_new, name="sit_in_new"),
    path("express/days/<uuid:day_id>/", express.sit_in, name="sit_in"),
    path("express/days/<uuid:day_id>/call-off/", express.sit_in_call_off, name="sit_in_call_off"),
    path("cases/<uuid:case_id>/express/", express.express_lift, name="express_lift"),
    path("cases/<uuid:case_id>/sit-in/", express.sit_in_book, name="sit_in_book"),
    path("cases/<uuid:case_id>/sit-in/give-back/", express.sit_in_give_back, name="sit_in_give_back"),
    path("cases/<uuid:case_id>/sit-in/note/", express.sit_in_note, name="sit_in_note"),
    path("cases/<uuid:case_id>/return/", express.return_plan, name="return_plan"),
    path("cases/<uuid:case_id>/return/note/", express.return_note, name="return_note"),
]
