"""Addresses of what helps with many cases: kept lists, acts on many, the board, exports, duty, templates, photos."""

from django.urls import URLPattern, path

from minqing.desk.pages import board, bulk, list_exports, views

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
]
