"""The kernel as a Django app (it owns the overridden ``migrate`` command, no tables)."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "minqing.kernel"
    label = "kernel"
    verbose_name = "内核"
