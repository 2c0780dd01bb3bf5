"""The icons that pages may use: Tabler's outlines, drawn into the page so that they take the colour of the text.

To use another one, add its Tabler name here; `/ui/` then shows it and collectstatic carries it.
"""

import functools
import re

from django.utils.safestring import SafeString, mark_safe

ICONS: tuple[str, ...] = (
    *("home", "walk", "clipboard-list", "user", "user-circle", "users", "building", "building-store"),
    *("building-community", "map-pin", "map-2", "current-location", "door", "qrcode", "search", "filter"),
    *("adjustments", "plus", "check", "x", "alert-triangle", "alert-octagon", "circle-check", "circle-x"),
    *("circle-dashed", "point", "info-circle", "help-circle", "urgent", "clock", "hourglass", "calendar"),
    *("history", "refresh", "repeat", "bell", "speakerphone", "message", "message-2", "message-circle-plus"),
    *("send", "camera", "photo", "microphone", "phone", "shield-check", "lock", "key", "eye", "eye-off"),
    *("edit", "trash", "download", "upload", "printer", "copy", "external-link", "link", "paperclip"),
    *("arrow-left", "arrow-right", "chevron-left", "chevron-right", "chevron-down", "corner-down-right"),
    *("sort-ascending", "sort-descending", "arrows-sort", "dots", "menu-2", "list", "table", "chart-bar"),
    *("file", "file-text", "files", "folder", "notebook", "inbox", "briefcase", "id-badge-2", "tag", "tags"),
    *("settings", "login", "logout", "switch-horizontal", "text-size", "star", "heart", "flag", "pin"),
    *(
        "thumb-up",
        "thumb-down",
        "mood-smile",
        "mood-neutral",
        "mood-sad",
        "player-pause",
        "player-play",
        "ban",
    ),
    *("git-merge", "route", "tree", "gavel", "award", "bulb", "hand-click"),
    *("wifi-off", "cloud-off", "cloud-upload"),
)


@functools.cache
def icon_paths(name: str) -> SafeString:
    """Read the drawing inside Tabler's svg file, without its outer element."""
    if name not in ICONS:
        raise ValueError(f"icon {name!r} is not in minqing.ui.icons.ICONS")
    from minqing.ui.parts import file_of

    drawing = file_of(f"parts/icons/{name}.svg").read_text()
    inside = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", drawing, flags=re.DOTALL)
    # Tabler's files are the package's own, pinned by hash in package-lock.json.
    return mark_safe(re.sub(r"\s+", " ", inside).strip())  # noqa: S308
