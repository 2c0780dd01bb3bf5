"""Addresses of files and diaries."""

from django.urls import URLPattern, path

from minqing.desk.pages import diary, dossier_edits, dossiers, duplicates, exports, households, registry

_FILE = "registry/<slug:kind>/<uuid:subject_id>/"

dossier_patterns: list[URLPattern] = [
    path("registry/", registry.search, name="registry"),
    path("registry/exact/", registry.find_exact, name="find_exact"),
    path("registry/export/", exports.registry_export, name="registry_export"),
    path("registry/new/<slug:kind>/", dossier_edits.new, name="dossier_new"),
    path(_FILE, dossiers.dossier, name="dossier"),
    path(_FILE + "reads/", dossiers.reads, name="dossier_reads"),
    path(_FILE + "edit/", dossier_edits.edit, name="dossier_edit"),
    path(_FILE + "close/", dossier_edits.close, name="dossier_close"),
    path(_FILE + "tags/", dossier_edits.tag_add, name="tag_add"),
    path(_FILE + "tags/<uuid:tag_id>/end/", dossier_edits.tag_end, name="tag_end"),
    path("registry/resident/<uuid:subject_id>/reopen/", dossier_edits.reopen, name="dossier_reopen"),
    path("registry/resident/<uuid:resident_id>/move/", households.dossier_move, name="dossier_move"),
    path("registry/resident/<uuid:resident_id>/move-out/", households.move_out, name="move_out"),
    path("registry/household/<uuid:household_id>/members/new/", households.member_new, name="member_new"),
    path("registry/household/<uuid:household_id>/members/in/", households.move_in, name="move_in"),
    path("registry/household/<uuid:household_id>/head/", households.set_head, name="set_head"),
    path("duplicates/", duplicates.duplicates, name="duplicates"),
    path("duplicates/<uuid:pair_id>/", duplicates.duplicate, name="duplicate"),
    path("duplicates/<uuid:pair_id>/merge/", duplicates.duplicate_merge, name="duplicate_merge"),
    path(
        "registry/duplicates/<uuid:pair_id>/not-same/",
        duplicates.duplicate_not_same,
        name="duplicate_not_same",
    ),
    path("merges/<uuid:merge_id>/undo/", duplicates.merge_undo, name="merge_undo"),
]
diary_patterns: list[URLPattern] = [
    path("diary/", diary.area_diary, name="diary"),
    path("diary/officers/<uuid:person_id>/", diary.officer, name="diary_officer"),
    path("diary/visits/<uuid:visit_id>/", diary.visit, name="visit"),
    path("diary/visits/<uuid:visit_id>/amend/", diary.visit_amend, name="visit_amend"),
    path("diary/visits/<uuid:visit_id>/findings/", diary.add_finding, name="visit_finding"),
    path("diary/findings/<uuid:finding_id>/case/", diary.finding_to_case, name="finding_to_case"),
    path("diary/photos/<uuid:photo_id>/", diary.photo, name="visit_photo"),
    path("diary/new/<slug:kind>/<uuid:subject_id>/", diary.visit_new, name="visit_new"),
]
