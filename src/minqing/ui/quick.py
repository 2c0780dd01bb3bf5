"""Templates in less time: what Django parsed is written once as Python functions, and they draw the page.

Django walks a tree of nodes for every page, and looks up every word through several calls. A page of ours has some
three thousand of them. The functions written here (`quick_code`) do the same for the tags that pages are made of; any
other tag is asked to draw itself, as Django would. What Django does in a rare case (an attribute that is not there, a
value that has to be called) is left to Django's own code; `tests/test_quick.py` compares both. With DEBUG nothing is
changed, so that an error names its line. See docs/decisions/0109.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from django.template import Context, Origin, Template
from django.template.base import Node, NodeList
from django.template.loader_tags import BlockNode
from django.template.loaders import cached
from django.utils.safestring import SafeString

from minqing.ui.quick_code import Load, drawing


class Loader(cached.Loader):
    """Django's loader that keeps what it parsed; the templates it gives draw themselves by functions."""

    _lock = threading.Lock()

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        """Give a parsed template."""
        found = super().get_template(template_name, skip)
        if not self.engine.debug and not isinstance(found.nodelist, Quick):
            with self._lock:
                quicken(found, super().get_template)
        return found


class Quick(NodeList):
    """A list of nodes that draws itself by one function; still the list it was, for whoever looks for its blocks."""

    def __init__(self, nodes: Sequence[Node], load: Load | None) -> None:
        super().__init__(nodes)
        self.contains_nontext = getattr(nodes, "contains_nontext", False)
        self.draw = drawing(nodes, load)

    def render(self, context: Context) -> SafeString:
        """Draw every node."""
        return SafeString(self.draw(context))


def quicken(template: Template, load: Load | None = None) -> None:
    """Make a parsed template draw itself by functions; ``load`` gives the parts that it includes, as parsed."""
    template.nodelist = quick(template.nodelist, load)


def quick(nodes: NodeList, load: Load | None) -> Quick:
    """Return the same nodes, drawn by a function."""
    if isinstance(nodes, Quick):
        return nodes
    # Blocks are drawn by Django, which knows whose turn it is; what stands in them is ours again.
    for one in nodes.get_nodes_by_type(BlockNode):
        if isinstance(one, BlockNode):
            one.nodelist = quick(one.nodelist, load)
    return Quick(nodes, load)
