"""Every failure as one schema: a sentence and, where it is about one, the field."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.cache import add_never_cache_headers
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.types import DictStrAny

from minqing.api.acts import ACT_NAMES
from minqing.api.bearer import NoToken
from minqing.api.schemas import ErrorOut
from minqing.api.steps import WrongField
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused, TooMany

# A name in front of each status that every operation may answer with, for the description.
STATUS_WORDS: Final = {
    400: "看不懂这次请求，或者现在不能这样做；message 说明原因",
    401: "没有登录，或者令牌无效",
    403: "没有权限",
    404: "没有找到，或者不在您的辖区内",
    409: "编号相同而内容不同，或者有人先办了",
    413: "请求体太大",
    422: "字段不对；field 指出是哪一个",
    429: "太频繁；请等 Retry-After 秒",
}
ERRORS: Final[dict[Any, Any]] = {frozenset(STATUS_WORDS): ErrorOut}
_REFUSALS: Final = (
    (NoToken, 401),
    (WrongField, 422),
    (NotThere, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (TooMany, 429),
)
_HTTP: Final = {
    400: "请求体不是合法的 JSON。请用 Content-Type: application/json，UTF-8 编码。",
    401: "请带上令牌：Authorization: Bearer 令牌。只是查看，也可以先登录，再带着会话 Cookie 来。",
    403: "请求没有通过来源校验。",
}
_MISTAKES: Final = {
    "missing": "缺少 {field}。",
    "extra_forbidden": "没有 {field} 这个字段，请核对拼写。",
    "string_too_long": "{field} 太长，最多 {max_length} 个字。",
    "string_type": "{field} 应是文字。",
    "string_unicode": "{field} 里有不成字的编码，请用 UTF-8。",
    "bool_parsing": "{field} 应是 true 或 false。",
    "bool_type": "{field} 应是 true 或 false。",
    "uuid_parsing": "{field} 应是 UUID。",
    "uuid_type": "{field} 应是 UUID。",
    "int_parsing": "{field} 应是整数。",
    "int_parsing_size": "{field} 太大。",
    "less_than_equal": "{field} 最大为 {le}。",
    "greater_than_equal": "{field} 最小为 {ge}。",
    "union_tag_not_found": "缺少 act：说明办哪一样。",
    "union_tag_invalid": "没有这样可办的：act 请对照接口说明。",
    "date_from_datetime_parsing": "{field} 应是日期，如 2026-11-20。",
    "date_parsing": "{field} 应是日期，如 2026-11-20。",
    "literal_error": "{field} 只能是：{expected}。",
}
_OURS: Final = ("phone", "place", "source")
# Steps of the way to a field that the sender did not write: where it came from, and which of several kinds was tried.
_NO_FIELD: Final = ("body", "query", "path", "given", "str", "constrained-str")


class JsonOnly(Parser):
    """Read JSON that says it is JSON: a form on a foreign page cannot, so it cannot report in a visitor's name."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """Return the body. Raises ``ValueError``, which becomes a 400."""
        # None: a part of a form with photos, handed on by ninja, of an operation that asks for a token.
        if request.content_type not in ("application/json", None):
            raise ValueError("not JSON")
        return super().parse_body(request)


class CountyApi(NinjaAPI):
    """An interface whose answers nobody keeps."""

    def create_response(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make an answer that no cache and no search engine keeps."""
        response = super().create_response(request, *args, **kwargs)
        add_never_cache_headers(response)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response


def answer_errors(api: NinjaAPI) -> None:
    """Give every kind of failure its answer."""

    def said(request: HttpRequest, status: int, message: str, field: str | None = None) -> HttpResponse:
        return api.create_response(request, {"message": message, "field": field}, status=status)

    @api.exception_handler(Refused)
    def refused(request: HttpRequest, why: Refused) -> HttpResponse:
        status = next((code for kind, code in _REFUSALS if isinstance(why, kind)), 400)
        response = said(request, status, why.message, why.field)
        if isinstance(why, TooMany):
            response["Retry-After"] = str(why.retry_after)
        if isinstance(why, NoToken):
            response["WWW-Authenticate"] = "Bearer"
        return response

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, why: ValidationError) -> HttpResponse:
        return said(request, 422, *_mistake(why.errors[0]))

    @api.exception_handler(HttpError)
    def http(request: HttpRequest, why: HttpError) -> HttpResponse:
        return said(request, why.status_code, _HTTP.get(why.status_code, "这次请求不能接受。"))

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, why: Http404) -> HttpResponse:
        return said(request, 404, "没有这个地址。")

    @api.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, why: RequestDataTooBig) -> HttpResponse:
        return said(request, 413, "请求体太大，最多 2 MB。")

    @api.exception_handler(SuspiciousOperation)
    def suspicious(request: HttpRequest, why: SuspiciousOperation) -> HttpResponse:
        return said(request, 400, "看不懂这次请求。")

    @api.exception_handler(BadRequest)
    def bad(request: HttpRequest, why: BadRequest) -> HttpResponse:
        return said(request, 400, "看不懂这次请求。")

    @api.exception_handler(MultiPartParserError)
    def torn(request: HttpRequest, why: MultiPartParserError) -> HttpResponse:
        return said(request, 400, "表单没有收全或者格式不对，请重新发送。")


def method_named(view: Callable[..., HttpResponse], api: NinjaAPI) -> Callable[..., HttpResponse]:
    """Answer a method that an address does not take like every other failure (ninja's own answer is plain English)."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        takes = response["Allow"]
        message = f"这个地址不接受 {request.method}，只能用 {'、'.join(sorted(takes.split(', ')))}。"
        answer = api.create_response(request, {"message": message, "field": None}, status=405)
        answer["Allow"] = takes
        return answer

    return answering


def _mistake(error: dict[str, Any]) -> tuple[str, str | None]:
    """Return the sentence and the field of one mistake; nothing that was sent is repeated."""
    place = [str(one) for one in error["loc"] if one not in _NO_FIELD and not str(one).startswith("list[")]
    if place and place[0] in ACT_NAMES:  # of several acts, the one that was tried
        place = place[1:]
    field = ".".join(place) or None
    kind = str(error["type"])
    if kind in _OURS:
        return str(error["msg"]), field
    named = {**error.get("ctx", {}), "field": field or "请求体"}
    words = _MISTAKES.get(kind, "{field} 的值不对，请对照接口说明。")
    return words.format_map(named), field
