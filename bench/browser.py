"""A browser of the least sort: a connection that is kept, its cookies, forms posted with their token."""

from __future__ import annotations

import http.client
import re
import time
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from minqing.config.failures import CannotRun
from minqing.seed.public import PASSWORD

_SECONDS_MAX: Final = 60.0
_IDLE_SECONDS_MAX: Final = 2.0  # less than any server keeps a connection that nobody uses
Answer = tuple[int, str, str]


class Browser:
    """Somebody of the demonstration, signed in; not to be shared by threads. Redirects are not followed."""

    def __init__(self, port: int, username: str, address: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS_MAX)
        self._cookies: dict[str, str] = {}
        self._used_at = 0.0
        self._headers = {"Host": "localhost", "X-Forwarded-For": address, "Accept": "text/html"}
        sign_in = reverse("accounts:sign_in")
        _, form, _ = self.get(sign_in)
        asked = {"username": username, "password": PASSWORD}
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        if token is None:
            raise CannotRun("登录页面没有打开，请看服务的记录。")
        status, _, _ = self.post(sign_in, asked | {"csrfmiddlewaretoken": token[1]})
        if status != 302:
            raise CannotRun(f"演示账号 {username} 登录不了（{status}），请换一个演示县再测。")

    def get(self, path: str) -> Answer:
        """Open a page; return its status, its text and where it sends one to."""
        return self._ask("GET", path)

    def post(self, path: str, given: dict[str, str]) -> Answer:
        """Send a form."""
        return self._ask("POST", path, urlencode(given))

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        headers = dict(self._headers)
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["X-CSRFToken"] = self._cookies.get("csrftoken", "")
        if time.monotonic() - self._used_at > _IDLE_SECONDS_MAX:
            self._connection.close()  # the server has, or soon will
        self._used_at = time.monotonic()
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return 0, "", ""
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                for key, morsel in SimpleCookie(value).items():
                    self._cookies[key] = morsel.value
        return answer.status, text, answer.getheader("Location") or ""
