"""推送订阅: other systems that are told what happens to cases, and what was pushed to each."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.asked import an_id, page_number, paged, posted
from minqing.desk.forms_notices import SubscriptionForm
from minqing.desk.pages.channels import town_choices
from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.notices import public as notices

LABELS = {**cases.PUSH_LABELS, notices.TRIAL_KIND: "试推"}


@page(notices.MANAGE_SUBSCRIPTIONS)
@require_safe
@never_cache
def subscriptions(request: OfficialRequest) -> HttpResponse:
    """Show every subscription with how its pushes fared."""
    rows = [
        (one, counts, "、".join(LABELS[kind] for kind in one.kinds if kind in LABELS))
        for one, counts in notices.subscriptions(request.actor)
    ]
    return render(request, "desk/notices/subscriptions.html", {"rows": rows})


@page(notices.MANAGE_SUBSCRIPTIONS, step_up="设立推送订阅")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def subscription_new(request: OfficialRequest) -> HttpResponse:
    """Set up a subscription; its secret is shown once."""
    return _edit(request, None)


@page(notices.MANAGE_SUBSCRIPTIONS, step_up="改推送订阅")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def subscription_edit(request: OfficialRequest, subscription_id: UUID) -> HttpResponse:
    """Change a subscription, or switch it off."""
    return _edit(request, notices.subscription(request.actor, subscription_id))


def _edit(request: OfficialRequest, held: notices.Subscription | None) -> HttpResponse:
    form = SubscriptionForm(
        posted(request), kinds=cases.PUSH_LABELS.items(), areas=town_choices(), subscription=held
    )
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                made, secret = notices.set_subscription(
                    subscription_id=held.id if held else None, name=given["name"], url=given["url"],
                    kinds=given["kinds"], area_id=an_id(given["area"]), is_on=given["is_on"], by=request.actor,
                    at=clock.now(),
                )  # fmt: skip
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                if secret:
                    return _shown_once(request, made, secret)
                messages.success(request, f"订阅“{made.name}”已保存。")
                return redirect("desk:subscription", made.id)
    context = {"form": form, "subscription": held}
    return render(request, "desk/notices/subscription_edit.html", context, status=status)


def _shown_once(request: OfficialRequest, made: notices.Subscription, secret: str) -> HttpResponse:
    return render(request, "desk/notices/secret.html", {"subscription": made, "secret": secret})


@page(notices.MANAGE_SUBSCRIPTIONS)
@require_safe
@never_cache
def subscription(request: OfficialRequest, subscription_id: UUID) -> HttpResponse:
    """Show what was pushed to one subscriber."""
    held = notices.subscription(request.actor, subscription_id)
    state = request.GET.get("state", "")
    state = state if state in {key.value for key in notices.STATE_LABELS} else ""
    number = page_number(request.GET.get("page"))
    rows, total = notices.pushes(held, state=state, page=number)
    shown = paged(total, notices.PAGE_ROWS, number)
    if shown.number != number:
        rows, total = notices.pushes(held, state=state, page=shown.number)
    at = clock.now()
    context = {
        "subscription": held,
        "kinds": "、".join(LABELS[kind] for kind in held.kinds if kind in LABELS),
        "rows": [(one, LABELS.get(one.kind, "其他")) for one in rows],
        "page": shown,
        "state": state,
        "states": [(key.value, label) for key, label in notices.STATE_LABELS.items()],
        "old_secret_until": held.old_secret_until
        if held.old_secret_until and held.old_secret_until > at
        else None,
    }
    return render(request, "desk/notices/subscription.html", context)


@page(notices.MANAGE_SUBSCRIPTIONS)
@require_safe
@never_cache
def push(request: OfficialRequest, subscription_id: UUID, push_id: UUID) -> HttpResponse:
    """Show one push: what was sent, and every try."""
    held = notices.subscription(request.actor, subscription_id)
    found = notices.push(held, push_id)
    context = {
        "subscription": held,
        "push": found,
        "label": LABELS.get(found.kind, "其他"),
        "attempts": notices.attempts(found),
    }
    return render(request, "desk/notices/push.html", context)


@page(notices.MANAGE_SUBSCRIPTIONS)
@require_POST
@never_cache
def push_again(request: OfficialRequest, subscription_id: UUID, push_id: UUID) -> HttpResponse:
    """Send one push again as it was."""
    notices.push_again(subscription_id=subscription_id, push_id=push_id, by=request.actor, at=clock.now())
    messages.success(request, "已重新排进推送，几秒内送出。")
    return redirect("desk:push", subscription_id, push_id)


@page(notices.MANAGE_SUBSCRIPTIONS)
@require_POST
@never_cache
def failed_again(request: OfficialRequest, subscription_id: UUID) -> HttpResponse:
    """Send every failed push again."""
    _, count = notices.push_again(subscription_id=subscription_id, by=request.actor, at=clock.now())
    messages.success(request, f"{count} 条失败的推送已重新排队。")
    return redirect("desk:subscription", subscription_id)


@page(notices.MANAGE_SUBSCRIPTIONS)
@require_POST
@never_cache
def subscription_try(request: OfficialRequest, subscription_id: UUID) -> HttpResponse:
    """Push one trial."""
    tried = notices.try_subscription(subscription_id=subscription_id, by=request.actor, at=clock.now())
    messages.success(request, "试推已交给后台，几秒内送出。刷新这一页看结果。")
    return redirect("desk:push", subscription_id, tried.id)


@page(notices.MANAGE_SUBSCRIPTIONS, step_up="更换推送密钥")
@require_POST
@never_cache
def secret_change(request: OfficialRequest, subscription_id: UUID) -> HttpResponse:
    """Make another secret and show it once; the one before goes on signing for a week."""
    held, secret = notices.change_secret(subscription_id=subscription_id, by=request.actor, at=clock.now())
    return _shown_once(request, held, secret)


@page(notices.MANAGE_SUBSCRIPTIONS)
@require_POST
@never_cache
def secret_forget(request: OfficialRequest, subscription_id: UUID) -> HttpResponse:
    """Have the old secret sign no more."""
    notices.forget_old_secret(subscription_id=subscription_id, by=request.actor, at=clock.now())
    messages.success(request, "旧密钥已停用。")
    return redirect("desk:subscription", subscription_id)
