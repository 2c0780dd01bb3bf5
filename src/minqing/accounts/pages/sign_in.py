"""Sign in and out, choose the appointment to act in, change one's password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from minqing.accounts.forms import PasswordForm, SignInForm
from minqing.accounts.middleware import ACTING_KEY
from minqing.accounts.models import Person
from minqing.accounts.pages.onward import next_of, onward
from minqing.accounts.services.people import change_password
from minqing.accounts.services.sign_in import sign_in
from minqing.kernel import clock
from minqing.kernel.errors import NotThere, Refused, TooMany
from minqing.kernel.limits import address_of
from minqing.kernel.pages import PROVED_KEY, OfficialRequest, page


@page(public="one signs in here")
def sign_in_page(request: OfficialRequest) -> HttpResponse:
    """Ask for name and password."""
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            person = sign_in(
                username=form.cleaned_data["username"],
                password=form.cleaned_data["password"],
                address=address_of(request.META),
                at=clock.now(),
            )
        except TooMany as refused:
            form.add_error(None, refused.message)
            status = 429
        except Refused as refused:
            form.add_error(None, refused.message)
            status = 400
        else:
            login(request, person)
            request.session[PROVED_KEY] = clock.now().timestamp()
            return onward(request)
    elif request.method == "POST":
        status = 400
    return render(
        request,
        "accounts/sign_in.html",
        {"form": form, "next": next_of(request), "kept": request.POST.get("kept", "")},
        status=status,
    )


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
                by=request.actor,
                at=clock.now(),
            )
        except Refused as refused:
            form.add_error(refused.field, refused.message)
        else:
            update_session_auth_hash(request, request.user)
            messages.success(request, "密码已修改，下次请用新密码登录。")
            return redirect("/")
    status = 400 if form.errors else 200
    return render(request, "accounts/password.html", {"form": form}, status=status)
