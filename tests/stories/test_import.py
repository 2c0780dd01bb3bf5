"""Story (c): a spreadsheet with ten kinds of bad rows; what is right goes in, the rest is listed by row and column."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from minqing.accounts.tests.factories import SmallCounty
from minqing.kernel.roles import VILLAGE_CLERK
from minqing.registry.models import Household, Resident
from minqing.registry.public import load_tag_kinds
from minqing.registry.tests.factories import id_number, make_resident
from minqing.registry.tests.test_import import CHILD, GOOD, HE, SHE, sheet
from tests.stories.conftest import DESK, PHONE

pytestmark = pytest.mark.browser


def bad_rows(here: SmallCounty) -> list[tuple[str, tuple[str, ...]]]:
    """Return ten bad rows, each with a word of the sentence it must get."""
    elsewhere = id_number(date(1971, 7, 7))
    make_resident(here.far_grid, "外村人", id_number=elsewhere)
    wrong_digit = HE[:-1] + ("0" if HE[-1] != "0" else "1")
    home = ("举坑村第一网格", "H9", "", "子")

    def person(n: int) -> str:
        return id_number(date(1980, 1, n))

    return [
        ("校验位", (*home, "错位", "男", wrong_digit, "", "", "", "")),
        ("不一致", (*home, "生日", "", person(2), "1999-01-01", "", "", "")),
        ("没有填", (*home, "", "", person(3), "", "", "", "")),
        ("没有“没有的网格”", ("没有的网格", "H8", "", "户主", "无处", "", person(4), "", "", "某处", "")),
        (
            "不在您的辖区内",
            ("楼家村第一网格", "H7", "", "户主", "越界", "", person(5), "", "", "某处", ""),
        ),
        ("少", (*home, "电话", "", person(6), "", "1380000", "", "")),
        ("认不出来", (home[0], "H9", "", "邻居的朋友", "关系", "", person(7), "", "", "", "")),
        ("相同", (*home, "重复", "", HE, "", "", "", "")),
        ("今天之后", (*home, "未来", "", "", "2099-01-01", "", "", "")),
        ("不能在这里登记", (*home, "外人", "", elsewhere, "", "", "", "")),
    ]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_spreadsheet_with_ten_kinds_of_bad_rows(
    here: SmallCounty, window: Any, size: dict[str, int], tmp_path: Path
) -> None:
    load_tag_kinds()
    bad = bad_rows(here)
    residents = Resident.everything.count()
    # A household of its own for the bad ones, so that its head is right and they alone are wrong.
    head = (
        "举坑村第一网格",
        "H9",
        "",
        "户主",
        "钱九",
        "",
        id_number(date(1955, 5, 5)),
        "",
        "",
        "岭脚9号",
        "",
    )
    file = tmp_path / "名册.xlsx"
    file.write_bytes(sheet([*GOOD, head, *(row for _, row in bad)]).read())

    clerk = window(size, here.actor(VILLAGE_CLERK), accept_downloads=True)
    upload(clerk, file)
    clerk.get_by_text("检查好了，还没有导入").wait_for()
    listed = clerk.locator("#errors").inner_text()
    for number, (words, _) in enumerate(bad, start=len(GOOD) + 3):
        assert str(number) in listed
        assert words in listed, (number, words, listed)
    with clerk.expect_download() as download:
        clerk.get_by_role("link", name="下载全部").click()
    assert "校验" in Path(download.value.path()).read_text("utf-8-sig")
    for secret in (HE, SHE, CHILD):
        assert secret not in clerk.content()

    clerk.locator('main a[href="#apply"]').click()
    clerk.get_by_role("dialog").get_by_role("button", name="导入").click()
    clerk.get_by_text("已经导入").first.wait_for()
    assert Resident.everything.count() == residents + len(GOOD) + 1
    assert Household.everything.count() == 2

    # The same file again changes nothing: only what was wrong is still wrong.
    upload(clerk, file)
    clerk.get_by_text("没有可以导入的行").wait_for()
    assert Resident.everything.count() == residents + len(GOOD) + 1


def upload(page: Any, file: Path) -> None:
    """Upload a spreadsheet of residents and have it checked."""
    page.goto("/desk/imports/")
    page.get_by_label("导入什么").select_option("residents")
    page.locator("input[type=file]").set_input_files(str(file))
    page.get_by_role("button", name="上传并检查").click()
