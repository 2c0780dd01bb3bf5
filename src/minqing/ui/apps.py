"""The Django app that carries templates, tags and static files."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "minqing.ui"
    label = "ui"
    verbose_name = "界面"

    def ready(self) -> None:
        """Register the check for missing npm packages, and let Django's forms say what to do."""
        from minqing.ui import parts, sentences  # noqa: F401  a check registers when its module is imported

        sentences.say_what_to_do()
