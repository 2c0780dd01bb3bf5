"""The queue and the audit as files: the rows and rights of the page, how many in the last line, on record."""

import csv
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from minqing.accounts.tests.factories import stepped_up
from minqing.desk.tests.county import telephoned
from minqing.journal.models import Entry
from minqing.kernel.roles import (
    AUDITOR,
    GRID_WORKER,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_SECRETARY,
)

# The rows are read through a connection of their own: they must be there for others.
pytestmark = pytest.mark.django_db(transaction=True)


def sent(client, address, form, query=""):
    answer = client.post(reverse(address), {"form": form, "query": query})
    assert answer.status_code == 200
    data = b"".join(answer.streaming_content)
    if form == "xlsx":
        [sheet] = load_workbook(io.BytesIO(data)).worksheets
        return [["" if cell is None else cell for cell in row] for row in sheet.values]
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_lists_leave_with_the_rights_of_the_screen(desk):
    here = [telephoned(desk.county.grid, words=words) for words in ("路灯坏了。", "=井盖破了。")]
    telephoned(desk.county.neighbour_grid, words="路灯也坏了。")
    telephoned(desk.county.far_grid)
    client = stepped_up(desk.as_(TOWN_DISPATCHER))
    page = client.get(reverse("desk:queue_export") + "?view=open&text=路灯").content.decode()
    assert "路灯" in page
    whole = sent(client, "desk:queue_export", "csv", "view=open")
    assert whole[0][0] == "编号"
    assert whole[-1] == ["共 3 行"]
    assert {row[0] for row in whole[1:-1]} >= {one.number for one in here}
    assert any(row[1].startswith("'=") for row in whole[1:-1])  # no formula
    assert not any("裘大爷" in cell or "13800000000" in cell for row in whole for cell in row)
    narrowed = sent(client, "desk:queue_export", "xlsx", "view=open&text=路灯")
    assert (len(narrowed), narrowed[-1][0]) == (4, "共 2 行")
    assert [row[narrowed[0].index("催办次数")] for row in narrowed[1:-1]] == [0, 0], "numbers, to be summed"
    assert [row[narrowed[0].index("退回重办次数")] for row in narrowed[1:-1]] == [0, 0]
    village = stepped_up(desk.as_(VILLAGE_SECRETARY))
    assert sent(village, "desk:queue_export", "csv", "view=all")[-1] == ["共 2 行"]
    assert desk.as_(GRID_WORKER).get(reverse("desk:queue_export")).status_code == 403
    assert "导出" not in desk.as_(GRID_WORKER).get(reverse("desk:queue")).content.decode()
    assert client.post(reverse("desk:queue_export"), {"form": "pdf"}).status_code == 400
    taken = Entry.objects.filter(kind="cases.exported")
    assert [one.facts["rows"] for one in taken.order_by("at", "id")] == [3, 2, 2]
    auditor = stepped_up(desk.as_(AUDITOR))
    rows = sent(auditor, "desk:audit_export", "csv", "group=cases")
    assert rows[-1] == [f"共 {len(rows) - 2} 行"]
    assert any("导出事项清单（范围：正在办；找“路灯”），2 行" in row[3] for row in rows[1:-1])
    assert "导出" in auditor.get(reverse("desk:audit")).content.decode()
    assert client.get(reverse("desk:audit_export")).status_code == 403
    assert sent(client, "desk:board_export", "xlsx")[-2][-1] >= 1


def test_somebody_who_has_not_shown_who_they_are_is_asked(desk):
    answer = desk.as_(TOWN_DISPATCHER).get(reverse("desk:queue_export"))
    assert "导出事项清单" in answer.content.decode()
    assert 'name="form"' not in answer.content.decode()


def test_standings_leave_as_they_stand(desk):
    telephoned(desk.county.grid, words="路灯坏了。")
    telephoned(desk.county.far_grid, words="路灯也坏了。")
    client = stepped_up(desk.as_(TOWN_DISPATCHER))
    page = client.get(reverse("desk:standings")).content.decode()
    address = reverse("desk:standings_export")
    assert address in page
    assert "最后一行是合计" in client.get(f"{address}?by=area").content.decode()
    rows = sent(client, "desk:standings_export", "csv", "by=area")
    assert rows[0][:4] == ["谁", "收到", "办结", "按时"]
    assert [row[:2] for row in rows[1:]] == [["举坑村", "1"], ["合计", "1"], ["共 2 行"]]
    assert sent(client, "desk:standings_export", "xlsx", "by=area")[1][1] == 1
    told = [one.facts for one in Entry.objects.filter(kind="cases.exported")]
    assert [(one["rows"], one["what"]) for one in told] == [
        (2, "晾晒（按辖区，2026-11-01 至 2026-11-20）")
    ] * 2
    worker = desk.as_(GRID_WORKER)
    assert worker.get(address).status_code == 403
    assert address not in worker.get(reverse("desk:standings")).content.decode()
    assert desk.as_(SYSTEM_ADMINISTRATOR).get(address).status_code == 403
