"""The WSGI application that granian serves."""

import gc
import os
from importlib import import_module
from typing import Final

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from minqing.config.admission import Admission
from minqing.config.line import PLACES
from minqing.kernel.settings import settings as own

# A page makes some ten thousand objects and leaves next to nothing behind. At the interpreter's own threshold (700) the
# collector looks fourteen times a page for what is not there, and through the whole program now and then: a
# fourteenth of all the time. What is loaded at the start stays anyway and is not looked through again.
COLLECT_AFTER: Final = (10_000, 20, 50)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minqing.config.settings")
application = Admission(
    get_wsgi_application(), places=PLACES, waiting_max=own().web_waiting, patience=own().web_patience
)
import_module(settings.ROOT_URLCONF)  # every page's module, before the first page is asked for
import_module("pypinyin")  # what a name's letters are looked up in: large, and no garbage either
gc.collect()
gc.freeze()
gc.set_threshold(*COLLECT_AFTER)
