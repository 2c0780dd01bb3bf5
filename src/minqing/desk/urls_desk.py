"""Addresses of what helps with many cases: kept lists, acts on many, the board, exports, duty, templates, photos."""

from django.urls import URLPattern, path

from minqing.desk.pages import board, bulk, case, duty, list_exports, photos, templates, views

desk_patterns: list[URLPattern] = [
    path("cases/lists/", views.views, name="views"),
    path("cases/lists/save/", views.view_save, name="view_save"),
    path("cases/lists/arrange/", views.views_arrange, name="views_arrange"),
    path("cases/lists/columns/", views.view_columns, name="view_columns"),
    path("cases/lists/<uuid:view_id>/", views.view_change, name="view_change"),
    path("cases/lists/<uuid:view_id>/forget/", views.view_forget, name="view_forget"),
    path("cases/many/", bulk.bulk, name="bulk"),
    path("cases/many/do/", bulk.bulk_do, name="bulk_do"),
    path("cases/many/<uuid:act_id>/", bulk.bulk_report, name="bulk_report"),
    path("cases/export/", list_exports.queue_export, name="queue_export"),
    path("board/", board.board, name="board"),
    path("board/export/", list_exports.board_export, name="board_export"),
    path("standings/export/", list_exports.standings_export, name="standings_export"),
    path("audit/export/", list_exports.audit_export, name="audit_export"),
    path("duty/", duty.duty, name="duty"),
    path("duty/<uuid:note_id>/take/", duty.duty_take, name="duty_take"),
    path("templates/", templates.templates, name="templates"),
    path("templates/save/", templates.template_save, name="template_save"),
    path("templates/<uuid:template_id>/", templates.template_edit, name="template_edit"),
    path("templates/<uuid:template_id>/close/", templates.template_close, name="template_close"),
    path(
        "cases/<uuid:case_id>/templates/<uuid:template_id>/", templates.template_words, name="template_words"
    ),
    path("cases/<uuid:case_id>/steps/<slug:step>/fill/", case.fill, name="fill"),
    path("cases/photos/<uuid:attachment_id>/release/", photos.photo_release, name="photo_release"),
    path("cases/photos/<uuid:attachment_id>/withdraw/", photos.photo_withdraw, name="photo_withdraw"),
    path("cases/photos/<uuid:attachment_id>/released/", photos.photo_released, name="photo_released"),
]
