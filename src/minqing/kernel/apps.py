"""The kernel as a Django app (it owns the overridden ``migrate`` command, and the counts behind ``kernel.limits``)."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "minqing.kernel"
    label = "kernel"
    verbose_name = "内核"
