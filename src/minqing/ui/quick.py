"""Templates in less time: what Django parsed is turned once into Python functions, and they draw the page.

Django walks a tree of nodes for every page, and looks up every word through several calls. A page of ours has some
three thousand of them. The functions made here do the same for the tags that pages are made of (text, variables, if,
for, with, our components); any other tag is asked to draw itself, as Django would. What Django does in a rare case (an
attribute that is not there, a value that has to be called) is left to Django's own code; `tests/test_quick.py` compares
both. With DEBUG nothing is changed, so that an error names its line. See docs/decisions/0109.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

from django.conf import settings
from django.template import Context, Origin, Template, VariableDoesNotExist
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    TextNode,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import ForNode, IfNode, LoadNode, TemplateLiteral, WithNode
from django.template.library import SimpleBlockNode, SimpleNode
from django.template.loader_tags import BlockNode, ExtendsNode
from django.template.loaders import cached
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString

from minqing.ui.quick_values import Resolve, resolver

Draw = Callable[[Context], str]
_SILENT: Final = (LoadNode,)


class Loader(cached.Loader):
    """Django's loader that keeps what it parsed; the templates it gives draw themselves by functions."""

    _lock = threading.Lock()

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        """Give a parsed template."""
        found = super().get_template(template_name, skip)
        if not self.engine.debug and not isinstance(found.nodelist, Quick):
            with self._lock:
                quicken(found)
        return found


class Quick(NodeList):
    """A list of nodes that draws itself by one function; still the list it was, for whoever looks for its blocks."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        super().__init__(nodes)
        self.contains_nontext = getattr(nodes, "contains_nontext", False)
        self._draw = _drawing(nodes)

    def render(self, context: Context) -> SafeString:
        """Draw every node."""
        return SafeString(self._draw(context))


def quicken(template: Template) -> None:
    """Make a parsed template draw itself by functions."""
    template.nodelist = quick(template.nodelist)


def quick(nodes: NodeList) -> Quick:
    """Return the same nodes, drawn by a function."""
    return nodes if isinstance(nodes, Quick) else Quick(nodes)


def text(value: Any, context: Context) -> str:
    """Write a value down in a page, escaped, as Django does."""
    kind = type(value)
    if kind is SafeString:
        return value  # type: ignore[no-any-return]
    if kind is str:
        return escape(value) if context.autoescape else value
    if kind is int and not settings.USE_THOUSAND_SEPARATOR:
        return str(value)
    return render_value_in_context(value, context)


def _drawing(nodes: Sequence[Node]) -> Draw:
    """Return a function that draws nodes one after the other."""
    parts = _merged(nodes)
    if all(isinstance(one, str) for one in parts):
        whole = "".join(str(one) for one in parts)
        return lambda context: whole
    if len(parts) == 1 and not isinstance(parts[0], str):
        return parts[0]

    def draw(context: Context) -> str:
        return "".join([one if type(one) is str else one(context) for one in parts])  # type: ignore[operator]

    return draw


def _merged(nodes: Sequence[Node]) -> list[str | Draw]:
    """Return texts and functions in order, neighbouring texts as one."""
    parts: list[str | Draw] = []
    for node in nodes:
        if isinstance(node, _SILENT):
            continue
        one: str | Draw = str(node.s) if type(node) is TextNode else _draw_of(node)
        if isinstance(one, str) and parts and isinstance(parts[-1], str):
            parts[-1] += one
        else:
            parts.append(one)
    return parts


def _draw_of(node: Node) -> Draw:
    maker = _MAKERS.get(type(node))
    if maker is not None:
        return maker(node)
    # Blocks are drawn by Django, which knows whose turn it is; what stands in them is ours again.
    for one in node.get_nodes_by_type(BlockNode) if isinstance(node, ExtendsNode | BlockNode) else ():
        if isinstance(one, BlockNode):
            one.nodelist = quick(one.nodelist)
    return node.render


def _variable(node: VariableNode) -> Draw:
    value = resolver(node.filter_expression)

    def draw(context: Context) -> str:
        try:
            found = value(context)
        except UnicodeDecodeError:
            return ""
        return found if type(found) is SafeString else text(found, context)

    return draw


def _if(node: IfNode) -> Draw:
    cases = [(_condition(condition), _drawing(nodes)) for condition, nodes in node.conditions_nodelists]

    def draw(context: Context) -> str:
        for holds, then in cases:
            try:
                holding = holds(context)
            except VariableDoesNotExist:
                holding = False
            if holding:
                return then(context)
        return ""

    return draw


def _condition(condition: Any) -> Resolve:
    """Return what tells whether a condition holds; operators stay Django's, with quicker words between them."""
    if condition is None:
        return lambda context: True
    if type(condition) is TemplateLiteral:
        return resolver(cast(FilterExpression, condition.value), silent=True)
    _quicken_words(condition)
    found: Resolve = condition.eval
    return found


def _quicken_words(condition: Any) -> None:
    for name in ("first", "second"):
        side: Any = getattr(condition, name, None)
        if type(side) is TemplateLiteral:
            vars(side)["eval"] = resolver(cast(FilterExpression, side.value), silent=True)
        elif side is not None:
            _quicken_words(side)


def _for(node: Any) -> Draw:
    each, nothing = _drawing(node.nodelist_loop), _drawing(node.nodelist_empty)
    sequence = resolver(node.sequence, silent=True)
    names = tuple(node.loopvars)
    alone = names[0] if len(names) == 1 else None

    def draw(context: Context) -> str:
        around = context.get("forloop", {})
        frame: dict[str, Any] = {}
        context.dicts.append(frame)
        try:
            values = sequence(context)
            if values is None:
                values = ()
            elif not hasattr(values, "__len__"):
                values = list(values)
            count = len(values)
            if count < 1:
                return nothing(context)
            loop = frame["forloop"] = {"parentloop": around}
            drawn = []
            for number, item in enumerate(reversed(values) if node.is_reversed else values):
                loop["counter0"], loop["counter"] = number, number + 1
                loop["revcounter"], loop["revcounter0"] = count - number, count - number - 1
                loop["first"], loop["last"] = number == 0, number == count - 1
                if alone is not None:
                    frame[alone] = item
                    drawn.append(each(context))
                else:
                    drawn.append(_unpacked(each, context, names, item))
            return "".join(drawn)
        finally:
            context.dicts.pop()

    return draw


def _unpacked(each: Draw, context: Context, names: tuple[str, ...], item: Any) -> str:
    given = len(item) if hasattr(item, "__len__") else 1
    if given != len(names):
        raise ValueError(f"Need {len(names)} values to unpack in for loop; got {given}. ")
    context.dicts.append(dict(zip(names, item, strict=True)))
    try:
        return each(context)
    finally:
        context.dicts.pop()


def _with(node: WithNode) -> Draw:
    given = [(name, resolver(value)) for name, value in node.extra_context.items()]
    inner = _drawing(node.nodelist)

    def draw(context: Context) -> str:
        context.dicts.append({name: value(context) for name, value in given})
        try:
            return inner(context)
        finally:
            context.dicts.pop()

    return draw


def _simple(node: Any) -> Draw:
    """Call a tag's function with its arguments, and what stands between it and its end tag."""
    function, target = node.func, node.target_var
    args = [resolver(one) for one in node.args]
    given = [(name, resolver(value)) for name, value in node.kwargs.items()]
    inner = _drawing(node.nodelist) if isinstance(node, SimpleBlockNode) else None
    takes_context = node.takes_context

    def draw(context: Context) -> str:
        positional = [one(context) for one in args]
        named = {name: value(context) for name, value in given}
        if inner is not None:
            positional.insert(0, SafeString(inner(context)))
        output = function(context, *positional, **named) if takes_context else function(*positional, **named)
        if target is not None:
            context[target] = output
            return ""
        if type(output) is SafeString:
            return output
        return conditional_escape(output) if context.autoescape else output

    return draw


_MAKERS: Final[dict[type[Node], Callable[[Any], Draw]]] = {
    VariableNode: _variable,
    IfNode: _if,
    ForNode: _for,
    WithNode: _with,
    SimpleNode: _simple,
    SimpleBlockNode: _simple,
}
