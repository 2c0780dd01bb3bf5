"""The Django app that carries templates, tags and static files."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "minqing.ui"
    label = "ui"
    verbose_name = "界面"

    def ready(self) -> None:
        """Register the check that says when the npm packages are missing."""
        from minqing.ui import parts  # noqa: F401  a Django check registers when its module is imported
