"""The five faces of a page besides itself (empty, loading, error, offline, no right), and what it has to say."""

from django.template import Context

from minqing.ui.library import Values, component


@component("state.html")
def empty_state(
    context: Context, *, title: str, begin: str, href: str = "", action: str = "", icon: str = "inbox"
) -> Values:
    """Nothing here yet: `title` says what will appear, `begin` how to begin, with an optional link."""
    return {"face": "empty", "title": title, "words": begin, "href": href, "action": action, "icon": icon}


@component("state.html")
def error_state(
    context: Context, *, title: str, what_to_do: str, href: str = "", action: str = "重试"
) -> Values:
    """Something failed: what happened and what to do now."""
    return {
        "face": "error",
        "title": title,
        "words": what_to_do,
        "href": href,
        "action": action,
        "icon": "circle-x",
    }


@component("state.html")
def no_right_state(context: Context, *, why: str, who: str, href: str = "", action: str = "返回") -> Values:
    """Not allowed: why, and who can."""
    return {"face": "no-right", "title": why, "words": who, "href": href, "action": action, "icon": "lock"}


@component("state.html")
def offline_state(context: Context, *, unsent: int = 0) -> Values:
    """No network: what still works, and how many things wait to be sent."""
    words = f"有 {unsent} 条还没有发出，连上网络后请重新提交。" if unsent else "连上网络后请刷新本页。"
    return {"face": "offline", "title": "现在没有网络", "words": words, "icon": "wifi-off"}


@component("loading_state.html")
def loading_state(context: Context, *, what: str) -> Values:
    """Being fetched: what will appear."""
    return {"what": what}


@component("messages_region.html")
def messages_region(context: Context) -> Values:
    """What the last act did (django.contrib.messages), read aloud; each layout already has one."""
    return {"messages": context.get("messages", ())}
