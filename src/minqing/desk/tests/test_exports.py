"""导出名单: what the screen shows and no more, asked again who one is, written down, and nothing left open."""

from __future__ import annotations

import csv
import io
import time
from datetime import date
from typing import Any
from unittest import mock
from urllib.parse import unquote

import pytest
from django.db import connection
from django.urls import reverse
from openpyxl import load_workbook

from minqing.accounts.public import GRID_WORKER, TOWN_DISPATCHER
from minqing.accounts.tests.factories import AT, stepped_up
from minqing.desk.tests.county import Desk
from minqing.journal.public import timeline
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotAllowed, Refused
from minqing.kernel.sending import AT_ONCE_MAX, FileSent
from minqing.registry import public as registry
from minqing.registry.models import Tag, TagKind
from minqing.registry.queries import exports
from minqing.registry.tests.factories import (
    SINCE,
    id_number,
    live_in,
    make_enterprise,
    make_household,
    make_place,
    make_resident,
)

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER, PHONE = id_number(), "13812345678"


def _fill(desk: Desk) -> None:
    registry.load_tag_kinds()
    home = make_household(desk.county.grid, "举坑村 12 号", code="H-1")
    head = make_resident(
        desk.county.grid,
        "裘阿婆",
        id_number=NUMBER,
        phone=PHONE,
        sex="female",
        birth_date=date(1956, 3, 8),
    )
    live_in(home, head)
    make_resident(desk.county.grid, "=裘等号")
    make_resident(desk.county.neighbour_grid, "裘邻居")
    make_resident(desk.county.far_grid, "裘远方")
    make_enterprise(desk.county.grid, "香榧加工厂", phone=PHONE, address="举坑村 1 号")
    make_place(desk.county.grid)
    owner = desk.county.actor(GRID_WORKER).person_id
    for key in ("veteran", "disabled"):
        Tag.everything.create(
            subject_kind="resident", subject_id=head.id, area=desk.county.grid, reason="x", starts_on=SINCE,
            kind=TagKind.objects.get(key=key), owner_id=owner,
        )  # fmt: skip


def _sent(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def _rows(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(_sent(response).decode().removeprefix("\ufeff"))))


def _open_snapshots() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%%'"
        )
        [count] = cursor.fetchone()
    return int(count)


def _nothing_is_open() -> bool:
    """A server process needs a moment to notice that its connection is gone."""
    for _ in range(100):
        if not _open_snapshots():
            return True
        time.sleep(0.05)
    return False


def test_a_list_leaves_as_the_screen_shows_it_and_is_written_down(desk: Desk) -> None:
    _fill(desk)
    url = reverse("desk:registry_export")
    dispatcher = desk.as_(TOWN_DISPATCHER)
    asked = dispatcher.post(url, {"kind": "resident", "text": "裘", "form": "csv"})
    assert "attachment" not in asked.headers.get("Content-Disposition", "")  # who is it? first
    stepped_up(dispatcher)
    page: Any = dispatcher.get(url, {"kind": "resident", "text": "裘", "tag": "veteran"})
    assert all(word in page.content.decode() for word in ("谷来镇", "退役军人", "导出会记入流水"))

    response = dispatcher.post(url, {"kind": "resident", "text": "裘", "form": "csv"})
    name = unquote(response["Content-Disposition"])
    assert "居民名单_谷来镇_2026-11-20.csv" in name
    header, *rows, last = _rows(response)
    assert header == list(exports.COLUMNS["resident"])
    assert [row[0] for row in rows] == ["'=裘等号", "裘邻居", "裘阿婆"]
    assert last == ["共 3 行"]
    found = dict(zip(header, rows[2], strict=True))
    assert (found["性别"], found["年龄"], found["住址"]) == ("女", "70", "举坑村 12 号")
    assert (found["标签"], found["辖区"]) == (
        "退役军人",
        "谷来镇·举坑村·举坑村第一网格",
    )  # 残疾 is not a dispatcher's
    assert found["电话"] == "138****5678"
    assert NUMBER not in str(rows)
    assert PHONE not in str(rows)
    assert _nothing_is_open()
    [entry] = timeline("area", desk.county.town.id)[:1]
    assert entry.sentence == "导出了居民名单（找“裘”），共 3 行，CSV 文件"

    tagged = dispatcher.post(url, {"kind": "resident", "tag": "veteran", "form": "xlsx"})
    sheet = load_workbook(io.BytesIO(_sent(tagged)), read_only=True).worksheets[0]
    listed = [row[0] for row in sheet.iter_rows(values_only=True)]
    assert listed == ["姓名", "裘阿婆", "共 1 行"]
    for kind, first in (("household", "裘阿婆"), ("enterprise", "香榧加工厂"), ("place", "举坑村文化礼堂")):
        _, row, last = _rows(dispatcher.post(url, {"kind": kind, "form": "csv"}))
        assert (row[0], last) == (first, ["共 1 行"])
        assert PHONE not in str(row)


def test_only_with_the_right_at_that_area_and_what_makes_no_sense_gets_a_sentence(desk: Desk) -> None:
    _fill(desk)
    url = reverse("desk:registry_export")
    assert stepped_up(desk.as_(GRID_WORKER)).get(url).status_code == 403
    dispatcher = stepped_up(desk.as_(TOWN_DISPATCHER))
    far = {"kind": "resident", "form": "csv", "area": str(desk.county.far_village.id)}
    assert dispatcher.post(url, far).status_code == 403
    assert dispatcher.post(url, {"kind": "resident", "form": "exe"}).status_code == 400
    assert dispatcher.post(url, {"kind": "nobody", "form": "csv"}).status_code == 400
    assert dispatcher.get(url, {"kind": "nobody", "area": "x", "closed": "1"}).status_code == 200
    by = desk.county.actor(GRID_WORKER)
    with pytest.raises(NotAllowed):
        _start(desk, by)
    assert _rows(dispatcher.post(url, {"kind": "resident", "form": "csv", "text": "%"}))[1:] == [["共 0 行"]]


def _start(desk: Desk, by: Actor) -> FileSent:
    asked = registry.ExportAsked(kind="resident", area=desk.county.town)
    return registry.start_export(asked, form="csv", by=by, at=AT)


def test_whoever_hangs_up_leaves_nothing_open_and_an_error_ends_without_the_last_line(desk: Desk) -> None:
    _fill(desk)
    by = desk.county.actor(TOWN_DISPATCHER)
    first, second = _start(desk, by), _start(desk, by)
    assert _open_snapshots() == AT_ONCE_MAX == 2
    make_resident(desk.county.grid, "裘新来")  # after the snapshot: in neither file
    with pytest.raises(Refused, match="正在导出的人比较多"):
        _start(desk, by)
    pieces: Any = first.pieces
    pieces.close()
    pieces.close()  # a second time does nothing
    assert "裘新来" not in b"".join(second.pieces).decode()
    assert _nothing_is_open()
    with mock.patch.object(exports.Export, "_tags", side_effect=RuntimeError("the database is gone")):
        broken = _start(desk, by)
        with pytest.raises(RuntimeError, match="the database is gone"):
            b"".join(broken.pieces)
    assert _nothing_is_open()
    assert "裘新来" in b"".join(_start(desk, by).pieces).decode()
