"""What a browser calls itself, in two words that its owner recognises: 手机 · 微信, 电脑 · Chrome."""

from __future__ import annotations

from typing import Final

# The first that fits: everybody claims to be Mozilla, Chrome also says Safari, and WeChat says all of them.
_BROWSERS: Final = (
    ("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("wxwork", "企业微信"), ("Edg", "Edge"), ("Firefox", "火狐"),
    ("QQBrowser", "QQ 浏览器"), ("360", "360 浏览器"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("HarmonyOS", "鸿蒙"), ("Android", "安卓"), ("iPhone", "苹果手机"), ("iPad", "苹果平板"), ("Windows", "Windows"),
    ("UOS", "统信"), ("Kylin", "麒麟"), ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def is_phone(user_agent: str) -> bool:
    """Whether it says that it is a phone."""
    return "Mobile" in user_agent


def device_of(user_agent: str) -> str:
    """Return system and browser in words."""
    system = next((words for mark, words in _SYSTEMS if mark in user_agent), "不认识的系统")
    browser = next((words for mark, words in _BROWSERS if mark in user_agent), "不认识的浏览器")
    return f"{system} · {browser}"
