"""Addresses of what happens to cases between hands."""

from django.urls import URLPattern, path

from minqing.desk.pages import (
    approvals,
    catalogue,
    catalogue_table,
    exclusions,
    merging,
    returns,
    sample,
    standings,
)

handover_patterns: list[URLPattern] = [
    path("approvals/", approvals.approvals, name="approvals"),
    path("returns/", returns.returns, name="returns"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/table/", catalogue_table.catalogue_table, name="catalogue_table"),
    path("catalogue/upload/", catalogue_table.catalogue_upload, name="catalogue_upload"),
    path("catalogue/add/", catalogue.catalogue_add, name="catalogue_add"),
    path("catalogue/<uuid:entry_id>/end/", catalogue.catalogue_end, name="catalogue_end"),
    path("merging/", merging.merging, name="merging"),
    path("merging/merge/", merging.merge, name="merging_merge"),
    path("merging/not-same/", merging.not_same, name="merging_not_same"),
    path("merging/alike/", merging.alike_to_words, name="merging_alike"),
    path("cases/<uuid:case_id>/alike/", merging.case_alike, name="case_alike"),
    path("cases/<uuid:case_id>/undo-merge/", merging.case_undo_merge, name="case_undo_merge"),
    path("cases/<uuid:case_id>/split/", merging.case_split, name="case_split"),
    path("cases/<uuid:case_id>/urge/", standings.case_urge, name="case_urge"),
    path("cases/<uuid:case_id>/exclusion/", exclusions.case_exclusion, name="case_exclusion"),
    path("standings/", standings.standings, name="standings"),
    path("exclusions/", exclusions.exclusions, name="exclusions"),
    path("exclusions/<uuid:exclusion_id>/rule/", exclusions.exclusion_rule, name="exclusion_rule"),
    path("exclusions/<uuid:exclusion_id>/reverse/", exclusions.exclusion_reverse, name="exclusion_reverse"),
    path("sample/", sample.sample, name="sample"),
    path("sample/draw/", sample.sample_draw, name="sample_draw"),
    path("sample/share/", sample.sample_share, name="sample_share"),
    path("sample/calls/<uuid:call_id>/", sample.sample_call, name="sample_call"),
]
