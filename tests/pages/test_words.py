"""No English word and no key of the program before a user: in no template, and on no page that is shown."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest

from minqing.kernel.limits import forget_counts
from tests.architecture.source import HOME, name_of
from tests.asking import ask
from tests.canary import Planted
from tests.each import of_each
from tests.fillings import places
from tests.pages.test_headers import wrong_headers
from tests.strangers import client_of

# Parts of a tag, no text.
ATTRIBUTES: Final = {"type_mode.html"}
TEMPLATES: Final = sorted(
    one for one in (HOME / "src" / "minqing").glob("*/templates/**/*.html") if one.name not in ATTRIBUTES
)
# What people here read as it is.
ALLOWED: Final = {
    "Minqing", "QR", "GPS", "CSV", "Excel", "JPG", "JPEG", "PNG", "WebP", "HEIC", "MB", "KB", "API", "OpenAPI", "ID",
    "UTF", "XLSX", "xlsx", "csv", "PDF", "GET", "POST", "JSON", "UUID", "WGS", "Ctrl", "Esc", "Enter", "Alt", "Shift",
    "Tab", "App", "ISO", "Cookie", "km",
}  # fmt: skip
# The scheme of an address that somebody wrote down is a part of it, no word.
WORD: Final = re.compile(r"(?<![\w@./&#-])[A-Za-z][A-Za-z_]{1,}(?![\w./@-]|://)")
SHOWN_ATTRIBUTES: Final = {
    "title",
    "alt",
    "placeholder",
    "aria-label",
    "aria-description",
    "label",
    "content",
}
SILENT: Final = {"script", "style", "code", "pre", "svg", "kbd", "samp"}


class Reader(HTMLParser):
    """Gathers what of a page is read: text between tags, and attributes that are shown or read aloud."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.inside: list[str] = []
        self.read: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.inside.append(tag)
        if tag == "meta":
            return
        for name, value in attrs:
            if name in SHOWN_ATTRIBUTES and value:
                self.read.append(value)

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.read.append(data)


def stray(html: str) -> list[str]:
    """Return the foreign words that somebody would read."""
    reader = Reader()
    reader.feed(html)
    return sorted({word for text in reader.read for word in WORD.findall(text) if word not in ALLOWED})


@of_each(TEMPLATES, name_of)
def test_a_template_speaks_chinese(template: Path) -> None:
    text = re.sub(r"{% comment.*?{% endcomment %}|{#.*?#}", "", template.read_text("utf-8"), flags=re.DOTALL)
    # Between words of the template language there is a blank at most; inside a tag their quotes would end it.
    text = re.sub(r"{%.*?%}|{{.*?}}", " ", text, flags=re.DOTALL)
    assert stray(text) == []


PAGES_OF_THE_PROGRAM: Final = ("ui:gallery", "ui:gallery_phone", "ui:gallery_portal", "api:", "healthz")


@pytest.mark.django_db
@pytest.mark.usefixtures("_who_asks_stays")
@pytest.mark.parametrize(
    "role",
    [
        "village_clerk",
        "town_dispatcher",
        "system_administrator",
        "security_administrator",
        "auditor",
        "nobody",
    ],
)
def test_a_page_speaks_chinese_and_has_its_headers(planted: Planted, role: str) -> None:
    """One walk for both: each page is drawn once and looked at twice."""
    client = client_of(planted.here.people.get(role))
    found, wrong = [], []
    for place in places(planted, each_max=2):
        forget_counts()
        answer = ask(client, "get", place.url)
        wrong += wrong_headers(place, answer)
        if place.address.name.startswith(PAGES_OF_THE_PROGRAM):
            continue
        if answer.response is None or "text/html" not in answer.response.get("Content-Type", ""):
            continue
        # Codes and numbers of cases are letters and digits by nature; user names are what people chose.
        codes = {*planted.codes, *(one.receipt_code for one in planted.cases.values())}
        codes |= {part for one in planted.cases.values() for part in one.number.split("-")}
        words = [
            word for word in stray(answer.body.decode("utf-8"))
            if word not in codes and not re.match(r"^(stranger|[a-z]+(_[a-z]+)?_\d)", word) and not word.isupper()
        ]  # fmt: skip
        found += [f"{place.address.name}: {word}" for word in words]
    found = sorted(set(found))
    assert not found, "\n".join(found)
    assert not wrong, "\n".join(wrong)
