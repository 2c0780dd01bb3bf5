"""Addresses of the desk, a list per topic."""

from django.urls import URLPattern, path

from minqing.desk.pages import case, codes, home, intake, queue
from minqing.desk.urls_administration import administration_patterns
from minqing.desk.urls_clocks import clock_patterns
from minqing.desk.urls_desk import desk_patterns
from minqing.desk.urls_disclosure import disclosure_patterns
from minqing.desk.urls_handover import handover_patterns
from minqing.desk.urls_joint import joint_patterns
from minqing.desk.urls_lanes import lanes_patterns
from minqing.desk.urls_live import live_patterns
from minqing.desk.urls_notices import notices_patterns
from minqing.desk.urls_registry import diary_patterns, dossier_patterns
from minqing.desk.urls_rights import rights_patterns
from minqing.desk.urls_tokens import token_patterns

app_name = "desk"

home_patterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("notices/read/", home.notices_read, name="notices_read"),
]
queue_patterns: list[URLPattern] = [
    path("cases/", queue.queue, name="queue"),
    path("cases/<uuid:case_id>/preview/", queue.preview, name="preview"),
]
case_patterns: list[URLPattern] = [
    path("cases/<uuid:case_id>/", case.case, name="case"),
    path("cases/<uuid:case_id>/steps/<slug:step>/", case.step, name="step"),
    path("cases/<uuid:case_id>/print/", case.case_print, name="case_print"),
    path("cases/<uuid:case_id>/receipt/", case.receipt, name="receipt"),
    path("cases/photos/<uuid:attachment_id>/", case.attachment, name="attachment"),
]
intake_patterns: list[URLPattern] = [
    path("cases/new/", intake.case_new, name="case_new"),
    path("hotline/", intake.hotline, name="hotline"),
    path("places/<slug:source>/", intake.places, name="places"),
    path("hotline/earlier/", intake.earlier, name="hotline_earlier"),
]
codes_patterns: list[URLPattern] = [
    path("codes/", codes.codes, name="codes"),
    path("codes/make/", codes.make, name="codes_make"),
    path("codes/sheet/", codes.sheet, name="codes_sheet"),
]

urlpatterns: list[URLPattern] = [
    *home_patterns,
    *queue_patterns,
    *desk_patterns,
    *live_patterns,
    *case_patterns,
    *clock_patterns,
    *joint_patterns,
    *lanes_patterns,
    *intake_patterns,
    *codes_patterns,
    *dossier_patterns,
    *rights_patterns,
    *notices_patterns,
    *handover_patterns,
    *diary_patterns,
    *disclosure_patterns,
    *administration_patterns,
    *token_patterns,
]
