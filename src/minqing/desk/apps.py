"""The desk as a Django application."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "minqing.desk"
    label = "desk"
    verbose_name = "办公桌"
