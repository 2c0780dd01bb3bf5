"""The icons that pages may use, by the names of Tabler's outlines.

To use another one, add its name here; collectstatic then carries it.
"""

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
    *("checks", "columns", "bookmark", "keyboard", "traffic-lights", "template", "transfer", "chevron-up"),
    *("wifi-off", "cloud-off", "cloud-upload"),
)
