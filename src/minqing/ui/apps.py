"""The Django app that carries templates, tags and static files."""

from django.apps import AppConfig

from minqing.ui import sentences

# Not in ready(): a form's fields take their sentences when its module is imported, and models come before that.
sentences.say_what_to_do()


class UiConfig(AppConfig):
    name = "minqing.ui"
    label = "ui"
    verbose_name = "界面"

    def ready(self) -> None:
        """Register the check for missing npm packages."""
        from minqing.ui import parts  # noqa: F401  a check registers when its module is imported
