"""The classification's text: what is accepted, and what is refused with the table's name."""

from __future__ import annotations

import pytest

from minqing.privacy.rules import Misclassified, read

GOOD = """
[thing]
holds = "东西"
about = "居民"
purpose = "试"
seen_by = ["public"]
term = { after = "made_at", days = 30, because = "够用" }
columns = { id = "key", made_at = "plain", name = { class = "personal", erased_to = "（已删除）" } }
"""


def test_a_table_is_read_with_its_columns_and_their_own_words() -> None:
    table = read(GOOD)["thing"]
    assert table.term.days == 30
    assert [one.name for one in table.erasable()] == ["name"]
    assert table.columns["name"].purpose == "试"
    assert table.columns["name"].is_personal


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"personal"', '"privat"', "没有“privat”这一类"),
        ('about = "居民"', "", "要写明是谁的"),
        ("days = 30,", "", "期限要写天数"),
        ('after = "made_at"', 'after = "gone_at"', "没有这一列"),
        ('after = "made_at"', 'after = "made_at", for_ever = "也行"', "要且只要一种"),
        (', because = "够用"', "", "期限要写理由"),
        ('after = "made_at", days = 30, because = "够用"', 'parent = "box"', "要写明经哪一列"),
        (
            'after = "made_at", days = 30, because = "够用"',
            'parent = "box", through = "id"',
            "上级表 box 没有分类",
        ),
        ("days = 30", "days = 30, than = 'erase'", "期限写得不对"),
        ('erased_to = "（已删除）"', 'erase_to = "x"', "不认识 erase_to"),
        ('holds = "东西"', "", "缺少 holds"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(Misclassified, match="thing") as caught:
        read(GOOD.replace(old, new))
    assert said in str(caught.value)
