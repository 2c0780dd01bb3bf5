"""Disclosure as a Django app."""

from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    name = "minqing.disclosure"
    label = "disclosure"
    verbose_name = "查阅"
