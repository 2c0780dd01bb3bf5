"""The journal as a Django app; loads every domain's events and reactions at start-up."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class JournalConfig(AppConfig):
    name = "minqing.journal"
    label = "journal"
    verbose_name = "流水"

    def ready(self) -> None:
        # An entry can only speak if its event class is known, and a worker only reacts to what it has loaded.
        for config in apps.get_app_configs():
            for module in ("events", "reactions"):
                if config.name.startswith("minqing.") and find_spec(f"{config.name}.{module}"):
                    import_module(f"{config.name}.{module}")
