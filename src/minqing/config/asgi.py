"""The ASGI application that granian serves for live streams. Pages are not among it: they are WSGI (see ``wsgi``)."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minqing.config.settings")
django.setup()

from minqing.live.app import Live  # noqa: E402 - Django is set up first

application = Live().application()
