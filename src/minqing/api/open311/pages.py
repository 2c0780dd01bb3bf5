"""The resources of GeoReport v2: discovery, services, requests, tokens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from minqing.accounts import public as accounts
from minqing.api.bearer import NoToken, bearer_from
from minqing.api.open311 import asking, attributes, posting
from minqing.api.open311.formats import FORMATS, JSON, XML, answer, errors, w3
from minqing.api.open311.services import service_of, services
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.kernel import clock, limits
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused, TooMany
from minqing.kernel.pages import page

PUBLISHED: Final = "services are published, and requests only as far as anybody may see them"
SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"
# When what this speaks last changed.
CHANGESET: Final = datetime(2026, 11, 22, tzinfo=UTC)
_STATUS: Final = ((NoToken, 403), (NotAllowed, 403), (NotThere, 404), (Conflict, 409), (TooMany, 429))

Content = tuple[str, Any, int]


def resource(*methods: str) -> Callable[[Callable[..., Content]], Callable[..., HttpResponse]]:
    """Answer in the format of the address, refusals too."""

    def wrap(view: Callable[..., Content]) -> Callable[..., HttpResponse]:
        @csrf_exempt  # no cookie is read here: what changes something brings its key along
        @wraps(view)
        def answering(request: HttpRequest, form: str, **given: str) -> HttpResponse:
            if request.method not in methods:
                refused = errors(405, f"这里只能用 {'、'.join(methods)}。", form)
                refused["Allow"] = ", ".join(methods)
                return refused
            try:
                _same_county(request)
                name, content, status = view(request, **given)
            except Refused as why:
                return _refusal(why, form)
            except RequestDataTooBig:
                return errors(413, "请求体太大，最多 2 MB。", form)
            except SuspiciousOperation:
                return errors(400, "看不懂这次请求。", form)
            return answer(name, content, form, status)

        return answering

    return wrap


@page(public="the description of a public interface")
@resource("GET", "HEAD")
def discovery(request: HttpRequest) -> Content:
    """Say what is spoken here, and where."""
    limits.spend(cases.LOOK_UPS, request.META, clock.now())
    root = request.build_absolute_uri(reverse("open311:services", args=[XML])).removesuffix("/services.xml")
    endpoint = {
        "specification": SPECIFICATION,
        "url": root,
        "changeset": w3(CHANGESET),
        "type": "production",
        "formats": list(FORMATS.values()),
    }
    content = {
        "changeset": w3(CHANGESET),
        "contact": f"{areas.county().name}社会治理中心，电话 12345",
        "key_service": "由本县安全管理员开通接口令牌，用途为“代群众提交（Open311）”，作 api_key 用",
        "endpoints": [endpoint],
    }
    return "discovery", content, 200


@page(public="the subject scheme is published")
@resource("GET", "HEAD")
def service_list(request: HttpRequest) -> Content:
    """List the services."""
    limits.spend(cases.LOOK_UPS, request.META, clock.now())
    return "services", [one.shown() for one in services()], 200


@page(public="the subject scheme is published")
@resource("GET", "HEAD")
def service_definition(request: HttpRequest, code: str) -> Content:
    """Say what a service asks for besides."""
    limits.spend(cases.LOOK_UPS, request.META, clock.now())
    service = service_of(code)
    content = {"service_code": service.code, "attributes": attributes.shown(service.code)}
    return "service_definition", content, 200


@page(public=PUBLISHED)
@resource("GET", "HEAD", "POST")
def requests(request: HttpRequest) -> Content:
    """List requests; or take one, from a system with a key."""
    if request.method == "POST":
        return _take(request)
    at = clock.now()
    found = cases.submissions(asking.asked(request.GET, token_id=_key_of(request), at=at))
    return "service_requests", [asking.shown(one) for one in found], 200


@page(public=PUBLISHED)
@resource("GET", "HEAD")
def service_request(request: HttpRequest, number: str) -> Content:
    """Show one request."""
    wanted = cases.SubmissionsAsked(token_id=_key_of(request), numbers=[number.upper()])
    found = cases.submissions(wanted)
    if not found:
        raise NotThere("没有这个 service_request_id，或者它没有列入公开清单；是您提交的，请带上 api_key。")
    return "service_requests", [asking.shown(one) for one in found], 200


@page(public="whoever sent a request finds its number by the random id that went with it")
@resource("GET", "HEAD")
def token(request: HttpRequest, token_id: str) -> Content:
    """Say which request came of a post whose answer got lost, by the key it was sent with."""
    limits.spend(cases.LOOK_UPS, request.META, clock.now(), unless=cases.MISSES)
    try:
        number = cases.submission_number(UUID(token_id))
    except ValueError:
        number = None
    if number is None:
        limits.spend(cases.MISSES, request.META, clock.now())
        raise NotThere("没有收到带这个 token 的请求。")
    return "service_requests", [{"service_request_id": number, "token": token_id}], 200


@page(public="what is not there tells nobody anything")
@csrf_exempt
def missing(request: HttpRequest, rest: str) -> HttpResponse:
    """Say that there is no such resource, in the format that the address ends with."""
    form = XML if rest.endswith(".xml") else JSON
    return errors(404, "没有这个地址。格式写在末尾：.xml 或 .json。", form)


def _take(request: HttpRequest) -> Content:
    at = clock.now()
    bearer = _bearer(request)
    sent = posting.posted(request.POST, request.headers.get(posting.KEY_HEADER, ""))
    case = cases.submit_case(
        sent.report, token_id=bearer.token_id, is_listed=sent.is_listed, by=bearer.actor, at=at
    )
    receipt = cases.receipt_code(case, bearer.actor)
    notice = f"已收到。回执码 {receipt}：反映人凭它查进度、补充、催办、评价。" if receipt else "已收到。"
    said = {"service_request_id": case.number, "service_notice": notice, "account_id": None}
    return "service_requests", [said], 201


def _bearer(request: HttpRequest) -> accounts.Bearer:
    """Return whose key came with the request. Raises :class:`NoToken`, ``NotAllowed``, ``TooMany``."""
    key = _key(request)
    if not key:
        raise NotAllowed("缺少 api_key。它由本县安全管理员开通。")
    bearer = bearer_from(request, key)
    bearer.require(accounts.OPEN311)
    return bearer


def _key_of(request: HttpRequest) -> UUID | None:
    """Return the token of a reader who brought a key; anybody else is counted by address."""
    if _key(request):
        return _bearer(request).token_id
    limits.spend(cases.LOOK_UPS, request.META, clock.now())
    return None


def _key(request: HttpRequest) -> str:
    """Return the key, as GeoReport v2 sends it or, which stays out of addresses, in the header; empty without."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret:
        return secret.strip()
    given = request.POST if request.method == "POST" else request.GET
    return given.get("api_key", "").strip()


def _same_county(request: HttpRequest) -> None:
    """Refuse another jurisdiction than this one; leaving it out is allowed where there is one only."""
    said = (request.POST if request.method == "POST" else request.GET).get("jurisdiction_id", "").strip()
    if said and said not in (areas.county().code, request.get_host()):
        raise NotThere("没有这个 jurisdiction_id；这里只有一个县，可以不填。")


def _refusal(why: Refused, form: str) -> HttpResponse:
    status = next((code for kind, code in _STATUS if isinstance(why, kind)), 400)
    response = errors(status, why.message, form)
    if isinstance(why, TooMany):
        response["Retry-After"] = str(why.retry_after)
    return response
