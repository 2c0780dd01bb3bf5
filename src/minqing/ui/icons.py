"""Icons drawn into the page, so that they take the colour of the text and need no request of their own."""

import functools
import re

from django.utils.safestring import SafeString, mark_safe

from minqing.ui.icon_names import ICONS
from minqing.ui.parts import file_of


@functools.cache
def icon_paths(name: str) -> SafeString:
    """Read the drawing inside Tabler's svg file, without its outer element."""
    if name not in ICONS:
        raise ValueError(f"icon {name!r} is not in minqing.ui.icon_names.ICONS")

    drawing = file_of(f"parts/icons/{name}.svg").read_text()
    inside = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", drawing, flags=re.DOTALL)
    # Tabler's files are the package's own, pinned by hash in package-lock.json.
    return mark_safe(re.sub(r"\s+", " ", inside).strip())  # noqa: S308
