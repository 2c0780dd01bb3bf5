"""The registry as a Django app."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "minqing.registry"
    label = "registry"
    verbose_name = "民情档案"
