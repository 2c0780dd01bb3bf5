"""Reading an announcement's days."""

from datetime import date

import pytest

from minqing.desk.holidays import read_days


@pytest.mark.parametrize(
    ("line", "first", "count", "label"),
    [
        ("1月1日 元旦", date(2027, 1, 1), 1, "元旦"),
        ("10月1日至10月7日 国庆节", date(2027, 10, 1), 7, "国庆节"),
        ("10月1日至7日 国庆节", date(2027, 10, 1), 7, "国庆节"),
        ("2027年2月5日—2月11日，春节", date(2027, 2, 5), 7, "春节"),
        ("2027-10-01~2027-10-07 国庆节", date(2027, 10, 1), 7, "国庆节"),
        ("5/1 至 5/5：劳动节", date(2027, 5, 1), 5, "劳动节"),
        ("4.5", date(2027, 4, 5), 1, ""),
    ],
)
def test_a_line_is_read_as_people_write_it(line, first, count, label):
    found = read_days(line, 2027)
    assert isinstance(found, dict)
    assert min(found) == first
    assert len(found) == count
    assert set(found.values()) == {label}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("国庆节", "第 1 行看不懂"),
        ("2月30日 春节", "第 1 行的日期不存在"),
        ("1月1日 元旦\n\n13月1日 元旦", "第 3 行的日期不存在"),
        ("2026年12月31日至2027年1月2日 元旦", "跨年的假期"),
        ("10月7日至10月1日 国庆节", "反了"),
        ("1月1日至12月31日 全年", "太长"),
        ("10月1日 国庆节\n10月1日 中秋节", "前面已经写过"),
        ("10月1日 " + "节" * 41, "名称太长"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(text, says):
    found = read_days(text, 2027)
    assert isinstance(found, str)
    assert says in found
