"""The interface put together: its description, its operations, its errors."""

from __future__ import annotations

from typing import Any, Final

from minqing.api import officials, residents
from minqing.api.errors import STATUS_WORDS, CountyApi, JsonOnly, answer_errors

DESCRIPTION: Final = (
    "民情的接口：反映一件事、凭回执码跟踪、干部查看事项。\n\n"
    "群众的操作不用登录，按来源网络限频（只在内存里计数，不留地址）；干部的操作用登录后的会话。\n\n"
    "时间为 ISO 8601，含时区。出错时统一返回 message（一句中文）和 field（出错的字段）。"
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
api.add_router("", residents.router)
api.add_router("", officials.router)


def description() -> dict[str, Any]:
    """Return the OpenAPI description, each status in words."""
    said = api.get_openapi_schema(path_prefix="/api/v1/")
    for path in said["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                answer["description"] = STATUS_WORDS.get(status, "成功")
            operation["responses"] = {str(key): value for key, value in operation["responses"].items()}
    return dict(said)
