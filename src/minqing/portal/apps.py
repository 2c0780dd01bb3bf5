"""The Django app of the residents' door."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "minqing.portal"
    label = "portal"
    verbose_name = "居民端"
