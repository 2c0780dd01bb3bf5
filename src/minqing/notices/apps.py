"""Notices as a Django app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "minqing.notices"
    label = "notices"
    verbose_name = "告知"
