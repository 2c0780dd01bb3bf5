"""The examples of docs/operations/integrators.md, as they stand there, with curl against a running server."""

from __future__ import annotations

import re
import shutil
import subprocess
import uuid
from pathlib import Path
from typing import Any, Final

import pytest

from minqing.accounts.models import ApiToken
from minqing.accounts.public import SCOPE_LABELS
from minqing.accounts.tests.factories import SmallCounty
from minqing.api.tests.open311_city import key_for
from minqing.api.tests.test_acting import a_photo
from minqing.cases.models import Case
from minqing.kernel.settings import settings

pytestmark = pytest.mark.django_db(transaction=True)

PAGE: Final = Path(settings().home) / "docs/operations/integrators.md"
EXAMPLES: Final = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.S)
# A status that is no success ends the example, with what was answered.
PRELUDE: Final = 'set -euo pipefail\ncurl() { command curl --noproxy "*" --fail-with-body "$@"; }\n'


@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples are for curl")
def test_every_example_works_as_it_stands(live_server: Any, here: SmallCounty, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(a_photo())
    names = {
        "SITE": live_server.url, "TOKEN": key_for(here, scopes=tuple(SCOPE_LABELS)), "COUNTY": here.county.code,
        "AREA": here.grid.code, "ID": str(uuid.uuid4()), "ID2": str(uuid.uuid4()), "KEY": str(uuid.uuid4()),
        "PHOTO": str(photo),
    }  # fmt: skip
    names["CASE"] = names["ID"]
    assert len(EXAMPLES) >= 6
    for example in EXAMPLES:
        ran = subprocess.run(
            ["bash", "-c", PRELUDE + example], env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"} | names,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, f"{example}\n{ran.stdout}\n{ran.stderr}"
        assert ran.stdout.strip(), example
    assert set(re.findall(r"\$([A-Z0-9]+)", "".join(EXAMPLES))) <= set(names)
    assert Case.everything.count() == 3
    assert Case.everything.get(id=names["ID"]).run.legs_count == 2
    assert ApiToken.objects.get().used_at is not None


def test_the_scopes_of_the_page_are_those_there_are() -> None:
    said = set(re.findall(r"^\| `([a-z0-9:]+)` \|", PAGE.read_text("utf-8"), re.M))
    assert said == set(SCOPE_LABELS)
