"""``minqing live``: the process of live streams, granian, one event loop."""

from __future__ import annotations

import argparse
import os
from typing import Final

from granian import Granian
from granian.constants import Interfaces

from minqing.config.local import database_at_hand
from minqing.config.ports import must_be_free
from minqing.config.screen import say
from minqing.kernel.settings import settings
from minqing.live.crowd import STREAMS_MAX

# Streams have no end of their own; pages come back by themselves.
_STOP_SECONDS: Final = 2
# More than the streams it carries, so that one too many is told so instead of waiting.
_CONNECTIONS: Final = 2 * STREAMS_MAX


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--host", default=None, help="监听地址，默认取 MINQING_HOST，再默认 127.0.0.1")
    parser.add_argument(
        "--port", type=int, default=None, help="监听端口，默认取 MINQING_LIVE_PORT，再默认为网站端口加一"
    )


def run(options: argparse.Namespace) -> int:
    """Serve streams until a signal says stop."""
    host, port = options.host or settings().host, options.port or settings().streams_port
    must_be_free(host, port, setting="MINQING_LIVE_PORT")
    with database_at_hand(say, owner=False):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minqing.config.settings")
        Granian(
            "minqing.config.asgi:application",
            address=host,
            port=port,
            interface=Interfaces.ASGI,
            workers=1,  # who has a case in hand is known to one process
            workers_kill_timeout=_STOP_SECONDS,
            backlog=_CONNECTIONS,
            backpressure=_CONNECTIONS,
            log_access=False,
            websockets=False,
        ).serve()
    return 0
