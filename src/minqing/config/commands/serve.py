"""``minqing serve``: the web server, granian, a few processes with threads each (decision 0112)."""

from __future__ import annotations

import argparse
import os
from typing import Final

from granian import Granian
from granian.constants import Interfaces

from minqing.config.line import PLACES, SPARE
from minqing.config.local import database_at_hand
from minqing.config.ports import must_be_free
from minqing.config.screen import say
from minqing.kernel.settings import settings

# By itself it takes a process for each core, and no more than a small machine's memory bears.
PROCESSES_MAX: Final = 4
_IDLE_SECONDS: Final = 600


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--host", default=None, help="监听地址，默认取 MINQING_HOST，再默认 127.0.0.1")
    parser.add_argument("--port", type=int, default=None, help="监听端口，默认取 MINQING_PORT，再默认 8000")


def run(options: argparse.Namespace) -> int:
    """Serve until a signal says stop."""
    host, port = options.host or settings().host, options.port or settings().port
    must_be_free(host, port)
    with database_at_hand(say, owner=False):
        # The worker process of the server is made by spawning: it reads the same environment.
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minqing.config.settings")
        Granian(
            "minqing.config.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=processes(),
            # More than work at once: the others stand in line, or say that it is full (decision 0116).
            blocking_threads=PLACES + settings().web_waiting + SPARE,
            blocking_threads_idle_timeout=_IDLE_SECONDS,
            # Whoever reports without a name leaves no address and no agent: there is no access log.
            log_access=False,
            websockets=False,
        ).serve()
    return 0


def processes() -> int:
    """Return how many processes serve: as many as are set, or one for each core, up to four."""
    return settings().web_processes or min(os.cpu_count() or 1, PROCESSES_MAX)
