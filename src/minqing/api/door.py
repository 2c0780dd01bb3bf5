"""The interface put together: its description, its operations, its errors."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from minqing.api import acting, officials, reference, residents
from minqing.api.errors import STATUS_WORDS, CountyApi, JsonOnly, answer_errors

DESCRIPTION: Final = (
    "民情的接口：反映一件事、凭回执码跟踪；查看、登记和办理事项；辖区、单位、类别和规程的基础数据。\n\n"
    "群众的操作和基础数据不用登录，按来源网络限频（不留地址）。查看和办理用接口令牌：Authorization: Bearer 令牌。"
    "令牌只有一个任职的权限，按用途再收窄；任职结束、到期或撤销，即刻失效。只是查看，也可以用登录后的会话。\n\n"
    "时间为 ISO 8601，含时区。出错时统一返回 message（一句中文）和 field（出错的字段）。\n\n"
    "另有 Open311 GeoReport v2，见 /api/open311/v2/discovery.json。"
)

api = CountyApi(
    title="民情接口",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
    parser=JsonOnly(),
)
answer_errors(api)
ROUTERS: Final = (residents.router, officials.router, acting.router, reference.router)
for router in ROUTERS:
    api.add_router("", router)


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI description, each status in words; made once, it costs as much as twenty pages.

    Whoever has it only reads it.
    """
    said = api.get_openapi_schema(path_prefix="/api/v1/")
    for path in said["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                answer["description"] = STATUS_WORDS.get(status, "成功")
            operation["responses"] = {str(key): value for key, value in operation["responses"].items()}
    return dict(said)
