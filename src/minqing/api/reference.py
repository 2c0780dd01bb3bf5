"""Operations that anybody may call, since what they say is published: areas, units, topics, procedures."""

# No `from __future__ import annotations`: ninja reads the annotations of locked views as objects.
from django.http import HttpRequest
from ninja import Query, Router

from minqing.accounts import public as accounts
from minqing.api.errors import ERRORS
from minqing.api.locks import operation
from minqing.api.schemas_work import (
    AreaOut,
    AreasAsked,
    ProcedureOut,
    TopicOut,
    UnitOut,
    UnitsAsked,
    procedure_out,
)
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.kernel import clock, limits
from minqing.kernel.errors import NotThere
from minqing.workflow import public as workflow

router = Router(tags=["基础数据"], auth=None)
PUBLISHED = "areas, offices, subjects and procedures are published facts"


@router.get(
    "/areas",
    response={200: list[AreaOut], **ERRORS},
    url_name="areas",
    operation_id="list_areas",
    summary="辖区",
)
@operation(public=PUBLISHED)
def list_areas(request: HttpRequest, asked: Query[AreasAsked]) -> list[AreaOut]:
    """返回一个辖区的下一级，或名称相符的；都不给，返回县（市）本身。"""
    _count(request)
    if asked.text:
        found = areas.search(asked.text)
        parents = areas.areas_by_path(one.path.rpartition(".")[0] for one in found)
        return [_area(one, _code(parents.get(one.path.rpartition(".")[0]))) for one in found]
    if not asked.parent:
        return [_area(areas.county(), None)]
    above = _known(asked.parent)
    return [_area(one, above.code) for one in areas.children(above)]


@router.get(
    "/units",
    response={200: list[UnitOut], **ERRORS},
    url_name="units",
    operation_id="list_units",
    summary="承办单位",
)
@operation(public=PUBLISHED)
def list_units(request: HttpRequest, asked: Query[UnitsAsked]) -> list[UnitOut]:
    """返回能承办一个辖区事项的单位：本级的和上级的。"""
    _count(request)
    found = accounts.units_for(_known(asked.area))
    return [UnitOut(id=one.id, name=one.name, kind=one.kind, area_code=one.area.code) for one in found]


@router.get(
    "/topics",
    response={200: list[TopicOut], **ERRORS},
    url_name="topics",
    operation_id="list_topics",
    summary="事项类别",
)
@operation(public=PUBLISHED)
def list_topics(request: HttpRequest) -> list[TopicOut]:
    """返回全部事项类别，按大类排。"""
    _count(request)
    return [
        TopicOut(key=key, label=label, group=group)
        for group, inside in cases.topics()
        for key, label in inside
    ]


@router.get(
    "/procedures",
    response={200: list[ProcedureOut], **ERRORS},
    url_name="procedures",
    operation_id="list_procedures",
    summary="办理规程",
)
@operation(public=PUBLISHED)
def list_procedures(request: HttpRequest) -> list[ProcedureOut]:
    """返回全部规程：有哪些环节、各要多久，谁可以办哪一步、要填什么。"""
    _count(request)
    return [procedure_out(one) for one in workflow.procedures()]


def _count(request: HttpRequest) -> None:
    limits.spend(cases.LOOK_UPS, request.META, clock.now())


def _known(code: str) -> areas.Area:
    found = areas.area_by_code(code)
    if found is None:
        raise NotThere("没有这个辖区代码，请核对。")
    return found


def _code(area: areas.Area | None) -> str | None:
    return area.code if area else None


def _area(one: areas.Area, parent_code: str | None) -> AreaOut:
    return AreaOut(
        id=one.id, code=one.code, name=one.name, level=one.level,  # type: ignore[arg-type]  # one of the five
        level_label=one.level_label, parent_code=parent_code, lon=one.lon, lat=one.lat,
    )  # fmt: skip
