"""公开照片: look at a photo of the handling, draw boxes over what must not be seen, and let the copy be seen."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.cases import public as cases
from minqing.desk.asked import posted
from minqing.desk.pages.case import send_photo
from minqing.kernel import clock
from minqing.kernel.errors import NotAllowed, NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page

SIDES: Final = ("left", "top", "width", "height")
LABELS: Final = {"left": "左边距", "top": "上边距", "width": "宽", "height": "高"}
PERCENT_DIGITS: Final = 6
ROWS_SHOWN: Final = 5  # without a script so many boxes can be written at once; more after saving


@page(cases.RELEASE_PHOTOS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def photo_release(request: OfficialRequest, attachment_id: UUID) -> HttpResponse:
    """Show a photo with its boxes, and on a post let the copy be seen."""
    found = cases.photo_to_release(attachment_id, by=request.actor)
    data = posted(request)
    if data is None:
        return _render(request, found, _written(found.boxes), "", 200)
    rows = _rows(data)
    try:
        boxes = [_box(row) for row in rows if any(row)]
        cases.release_photo(attachment_id=attachment_id, boxes=boxes, by=request.actor, at=clock.now())
    except (NotAllowed, NotThere):
        raise
    except Refused as refused:
        return _render(request, found, rows, refused.message, 400)
    covered = f"遮住 {len(boxes)} 处" if boxes else "没有遮挡"
    messages.success(request, f"这张照片已公开给反映人（{covered}）。原照片还在事项里，只有办事的人看得到。")
    return redirect("desk:case", found.case_id)


@page(cases.RELEASE_PHOTOS)
@require_POST
@never_cache
def photo_withdraw(request: OfficialRequest, attachment_id: UUID) -> HttpResponse:
    """Take a photo away from the reporter's eyes again."""
    found = cases.photo_to_release(attachment_id, by=request.actor)
    cases.withdraw_photo(attachment_id=attachment_id, by=request.actor, at=clock.now())
    messages.success(request, "已收回，反映人看不到这张照片了。")
    return redirect("desk:case", found.case_id)


@page(cases.RELEASE_PHOTOS)
@require_safe
@never_cache
def photo_released(request: OfficialRequest, attachment_id: UUID) -> HttpResponseBase:
    """Send the photo as the reporter sees it."""
    return send_photo(cases.released_path(attachment_id, by=request.actor))


def _rows(data: QueryDict) -> list[tuple[str, ...]]:
    """Return the boxes as they were written, row by row."""
    columns = [data.getlist(side)[: cases.BOXES_MAX + 1] for side in SIDES]
    count = max(map(len, columns), default=0)
    return [tuple(column[n].strip() if n < len(column) else "" for column in columns) for n in range(count)]


def _box(row: tuple[str, ...]) -> tuple[int, int, int, int]:
    """Read a box of percents as thousandths."""
    sides = []
    for value, side in zip(row, SIDES, strict=True):
        plain = value.replace("．", ".").removesuffix("%")
        if (
            not plain
            or len(plain) > PERCENT_DIGITS
            or not plain.isascii()
            or not plain.replace(".", "", 1).isdigit()
        ):
            raise Refused(f"遮挡的{LABELS[side]}要写 0 到 100 的数字。", field="boxes")
        sides.append(round(float(plain) * 10))
    left, top, width, height = sides
    return left, top, width, height


def _written(boxes: list[list[int]]) -> list[tuple[str, ...]]:
    return [tuple(f"{side / 10:g}" for side in box) for box in boxes]


def _render(
    request: OfficialRequest, found: Any, rows: list[tuple[str, ...]], wrong: str, status: int
) -> HttpResponse:
    more = max(1, ROWS_SHOWN - len(rows))
    shown = [*rows, *[("", "", "", "")] * more][: cases.BOXES_MAX]
    context = {
        "photo": found,
        "rows": [list(zip(SIDES, LABELS.values(), row, strict=True)) for row in shown],
        "wrong": wrong,
        "boxes_max": cases.BOXES_MAX,
    }
    return render(request, "desk/photo_release.html", context, status=status)
