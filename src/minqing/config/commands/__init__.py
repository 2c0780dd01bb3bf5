"""One module a subcommand of ``minqing``: ``configure(parser)`` and ``run(options) -> int``."""

import os

import django


def without_database() -> None:
    """Set Django up for a command that reads code only."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minqing.config.settings")
    django.setup()
