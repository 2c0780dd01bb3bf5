"""Sign in and out, choose the appointment to act in, change one's password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from minqing.accounts import factors
from minqing.accounts.forms import CodeForm, NewAppForm, NewPasskeyForm, PasswordForm, SignInForm
from minqing.accounts.middleware import ACTING_KEY, MUST_CHANGE_KEY
from minqing.accounts.models import Person
from minqing.accounts.pages.entering import (
    enter,
    forget_picture,
    picture_secret,
    wait_for_second_factor,
    who_waits,
)
from minqing.accounts.pages.onward import carried, kept_of, next_of, onward
from minqing.accounts.services.people import change_password
from minqing.accounts.services.second_factor import enrol_app, enrol_passkey, renew_recovery_codes
from minqing.accounts.services.sign_in import check_name_and_password, prove, second_factor_required
from minqing.kernel import clock
from minqing.kernel.errors import NotThere, Refused, TooMany
from minqing.kernel.limits import address_of
from minqing.kernel.pages import OfficialRequest, page, words_of


def status_of(refused: Refused) -> int:
    """Return the status of a form that comes back with a refusal."""
    return 429 if isinstance(refused, TooMany) else 400


@page(public="one signs in here")
def sign_in_page(request: OfficialRequest) -> HttpResponse:
    """Ask for name and password; then for the second factor, or for one to be bound."""
    form, at = SignInForm(request.POST or None), clock.now()
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                person = check_name_and_password(
                    username=form.cleaned_data["username"],
                    password=form.cleaned_data["password"],
                    address=address_of(request.META),
                    at=at,
                )
            except Refused as refused:
                form.add_error(None, refused.message)
                status = status_of(refused)
            else:
                if factors.is_enrolled(person.id):
                    wait_for_second_factor(request, person, at)
                    return _ask_code(request, person, CodeForm())
                if second_factor_required():
                    wait_for_second_factor(request, person, at)
                    return _ask_to_enrol(request, person)
                enter(request, person, factors.PASSWORD, at)
                return onward(request)
    return render(request, "accounts/sign_in.html", {"form": form, **carried(request)}, status=status)


@page(public="the second half of signing in: only for whom the password was right just now")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def second_factor_page(request: OfficialRequest) -> HttpResponse:
    """Ask for a code or a passkey, and sign in."""
    at = clock.now()
    person = who_waits(request, at)
    if person is None or not factors.is_enrolled(person.id):
        return redirect("accounts:sign_in")
    if request.method != "POST":
        return _ask_code(request, person, CodeForm())
    form = CodeForm(request.POST)
    passkey = request.POST.get("passkey", "")
    if not passkey and not form.is_valid():
        return _ask_code(request, person, form, 400)
    try:
        how = prove(
            person=person,
            code="" if passkey else form.cleaned_data["code"],
            passkey=passkey,
            address=address_of(request.META),
            at=at,
        )
    except Refused as refused:
        form = CodeForm(request.POST if not passkey else {"code": "0"})
        form.is_valid()
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return _ask_code(request, person, form, status_of(refused))
    enter(request, person, how, at)
    return onward(request)


@page(public="binds a first second factor: only for whom the password was right just now")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def enrol_page(request: OfficialRequest) -> HttpResponse:
    """Let somebody who has none bind an app or a passkey; show the recovery codes, and sign in."""
    at = clock.now()
    person = who_waits(request, at)
    if person is None or factors.is_enrolled(person.id):
        return redirect("accounts:sign_in")
    if request.method != "POST":
        return _ask_to_enrol(request, person)
    try:
        how = bind(request, person, session_key=None)
    except Refused as refused:
        return _ask_to_enrol(request, person, refused)
    codes = renew_recovery_codes(person=person, at=at)
    forget_picture(request)
    enter(request, person, how, at)
    kept = kept_of(request)
    given = {"codes": codes, "fields": kept, "words": words_of(kept), **carried(request)}
    return _unkept(render(request, "accounts/recovery_codes.html", given))


def bind(request: HttpRequest, person: Person, *, session_key: str | None) -> str:
    """Bind what was posted, an app's code or a new passkey; return which. Raises :class:`Refused`."""
    at = clock.now()
    answer = request.POST.get("passkey", "")
    if answer:
        form = NewPasskeyForm(request.POST)
        name = form.cleaned_data["name"] if form.is_valid() else "通行密钥"
        enrol_passkey(person=person, name=name, answer=answer, session_key=session_key, at=at)
        return factors.PASSKEY
    code = NewAppForm(request.POST)
    if not code.is_valid():
        raise Refused("请输入验证器上现在的六位数字。", field="code")
    secret = picture_secret(request, person)
    enrol_app(person=person, secret=secret, code=code.cleaned_data["code"], session_key=session_key, at=at)
    return factors.APP


def binding(request: HttpRequest, person: Person, refused: Refused | None = None) -> dict[str, Any]:
    """Return what a page needs to bind an app or a passkey."""
    secret = picture_secret(request, person)
    app, passkey = NewAppForm(), NewPasskeyForm()
    if refused is not None:
        by_passkey = bool(request.POST.get("passkey"))
        form: NewAppForm | NewPasskeyForm
        if by_passkey:
            form = passkey = NewPasskeyForm(request.POST)
        else:
            form = app = NewAppForm(request.POST)
        form.is_valid()
        if not form.errors:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
    return {
        "app_form": app,
        "passkey_form": passkey,
        "app_address": factors.app_address(person, secret),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "passkey_options": factors.passkey_to_make(person),
    }


def _ask_code(request: HttpRequest, person: Person, form: CodeForm, status: int = 200) -> HttpResponse:
    held = {one.kind for one in factors.factors_of(person.id)}
    given = {
        "form": form,
        "has_app": factors.APP in held,
        "passkey_options": factors.passkey_to_ask(person) if factors.PASSKEY in held else "",
        **carried(request),
    }
    return _unkept(render(request, "accounts/second_factor.html", given, status=status))


def _ask_to_enrol(request: HttpRequest, person: Person, refused: Refused | None = None) -> HttpResponse:
    given = {**binding(request, person, refused), **carried(request)}
    return _unkept(
        render(request, "accounts/enrol.html", given, status=status_of(refused) if refused else 200)
    )


def _unkept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@page(signed_in="one's own session")
def sign_out_page(request: OfficialRequest) -> HttpResponse:
    """Sign out and clear what the browser keeps of us."""
    logout(request)
    response = redirect("accounts:sign_in")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_POST
@page(signed_in="one chooses among one's own appointments")
def act_as_page(request: OfficialRequest) -> HttpResponse:
    """Act in another of one's appointments from now on."""
    chosen = request.POST.get("appointment", "")
    if chosen not in {str(one.id) for one in request.actor.appointments}:
        raise NotThere("这个任职已经结束，或者不是您的。")
    request.session[ACTING_KEY] = chosen
    return redirect(next_of(request))


@page(signed_in="one's own password")
@never_cache
def password_page(request: OfficialRequest) -> HttpResponse:
    """Change one's own password."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, Person)
        try:
            change_password(
                person=request.user,
                old=form.cleaned_data["old"],
                new=form.cleaned_data["password"],
                session_key=request.session.session_key,
                by=request.actor,
                at=clock.now(),
            )
        except Refused as refused:
            form.add_error(refused.field, refused.message)
        else:
            update_session_auth_hash(request, request.user)
            request.session.pop(MUST_CHANGE_KEY, None)
            messages.success(request, "密码已修改，别处的登录都已退出。下次请用新密码登录。")
            return redirect("/")
    status = 400 if form.errors else 200
    given = {"form": form, "must": bool(request.session.get(MUST_CHANGE_KEY))}
    return render(request, "accounts/password.html", given, status=status)
