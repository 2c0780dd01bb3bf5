"""Addresses of clocks: asking for time, what a changed calendar moved, and the terms that offices set."""

from django.urls import URLPattern, path

from minqing.desk.pages import clocks, terms

clock_patterns: list[URLPattern] = [
    path("cases/<uuid:case_id>/clock/extend/", clocks.extend, name="clock_extend"),
    path("cases/<uuid:case_id>/clock/pause/", clocks.pause, name="clock_pause"),
    path("cases/<uuid:case_id>/clock/resume/", clocks.resume, name="clock_resume"),
    path("cases/<uuid:case_id>/clock/asked/<uuid:request_id>/", clocks.decide, name="clock_decide"),
    path("clocks/", clocks.recomputations, name="clocks"),
    path("clocks/<uuid:recomputation_id>/", clocks.moved, name="clocks_moved"),
    path("terms/", terms.terms, name="terms"),
    path("terms/<slug:procedure>/<slug:state>/", terms.term, name="term"),
]
