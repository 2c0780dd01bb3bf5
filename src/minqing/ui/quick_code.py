"""A parsed template written as a Python function: its texts, words, ifs and loops become lines of Python.

What a template is made of (text, variables, if, for, with, our components, parts that are included by name) is written
out; any other tag is asked to draw itself, as Django would. Names that a loop or a ``with`` gives are variables of the
function, and stand in the context too, for whoever looks there. Nothing of a template gets into the source but as a
literal: words of it are looked up by what `quick_values` has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, cast

from django.template import Context, Template, TemplateDoesNotExist
from django.template.base import FilterExpression, Node, TextNode, VariableNode
from django.template.defaulttags import (
    CommentNode,
    CsrfTokenNode,
    ForNode,
    IfNode,
    LoadNode,
    TemplateLiteral,
    URLNode,
    WithNode,
)
from django.template.library import SimpleBlockNode, SimpleNode
from django.template.loader_tags import IncludeNode
from django.templatetags.static import StaticNode

from minqing.ui.quick_source import Source

Draw = Callable[[Context], str]
Load = Callable[[str], Template]
# Python refuses more than twenty loops and tries within each other; what is deeper becomes a function of its own.
_DEEPEST: Final = 16
_COMPARED: Final = {"==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "is not"}
_NAMES_GIVEN: Final = ("target_var", "asvar", "varname", "var_name", "variable_name", "variable")


def drawing(nodes: Sequence[Node], load: Load | None) -> Draw:
    """Return a function that draws nodes one after the other; ``load`` gives the parts that they include."""
    return _Function(load).made(nodes)


class _Function(Source):
    """One function while it is written."""

    def __init__(self, load: Load | None) -> None:
        super().__init__()
        self._load = load
        self._loop = ""  # the dict of the loop around
        self._given: set[str] = set()  # names that tags give a value: they are only looked for in the context
        self._including: list[str] = []

    def made(self, nodes: Sequence[Node]) -> Draw:
        """Write nodes down, and compile what was written."""
        self._given = _given(nodes)
        self._line("dicts = context.dicts", "parts = []", "add = parts.append")
        self._nodes(nodes)
        self._line("return ''.join(parts)")
        source = "\n".join(["def draw(context):", *self._lines])
        exec(compile(source, "<template>", "exec"), self._known)  # noqa: S102  our own templates, as Python
        made: Draw = self._known["draw"]
        return made

    # Nodes

    def _nodes(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            writer = _WRITERS.get(type(node))
            if type(node) is TextNode:
                self._texts.append(str(node.s))
            elif writer is not None:
                writer(self, node)
            elif not isinstance(node, LoadNode | CommentNode):
                self._foreign(node)

    def _foreign(self, node: Node) -> None:
        self._line(f"{self._add}({self._constant(node.render)}(context))")

    def _variable(self, node: VariableNode) -> None:
        self._line(f"v = {self._value(node.filter_expression)}")
        self._line(f"{self._add}(v if type(v) is SafeString else text(v, context))")

    def _if(self, node: IfNode) -> None:
        depth = self._indent
        for place, (condition, nodes) in enumerate(node.conditions_nodelists):
            if condition is None:
                self._nodes(nodes)
                break
            holds = self._condition(condition)
            with self._under(f"if {holds}:"):
                self._nodes(nodes)
            if place + 1 < len(node.conditions_nodelists):
                self._line("else:")
                self._indent += 1
        self._line("pass")
        self._indent = depth

    def _condition(self, condition: Any) -> str:
        if type(condition) is TemplateLiteral:
            expression = cast(FilterExpression, condition.value)
            if not any(is_looked_up for _, args in expression.filters for is_looked_up, _ in args):
                return self._value(expression, silent=True)
        holds = self._new("c")
        with self._under("try:"):
            self._holding(holds, condition)
        with self._under("except VariableDoesNotExist:"):
            self._line(f"{holds} = False")
        return holds

    def _holding(self, into: str, condition: Any) -> None:
        """Write what a condition comes to. Of an operator, as with Django, whatever fails is False."""
        if type(condition) is TemplateLiteral:
            self._line(f"{into} = {self._value(cast(FilterExpression, condition.value), silent=True)}")
            return
        kind = condition.id
        with self._under("try:"):
            self._holding(into, condition.first)
            if kind in ("and", "or"):
                with self._under(f"if {'not ' if kind == 'or' else ''}{into}:"):
                    self._holding(into, condition.second)
            elif kind == "not":
                self._line(f"{into} = not {into}")
            else:
                assert kind in _COMPARED, kind
                other = self._new("c")
                self._holding(other, condition.second)
                self._line(f"{into} = {into} {kind} {other}")
        with self._under("except Exception:"):
            self._line(f"{into} = False")

    def _for(self, node: Any) -> None:
        if self._too_deep([node]):
            return
        names = tuple(node.loopvars)
        values, frame, loop, depth, around = (self._new(one) for one in ("s", "f", "o", "d", "a"))
        outer = self._loop or "context.get('forloop', {})"
        self._line(f"{around} = {outer}", f"{depth} = len(dicts)")
        self._line(f"{frame} = {{}}", f"dicts.append({frame})")
        with self._under("try:"):
            self._line(f"{values} = counted({self._value(node.sequence, silent=True)})", f"n = len({values})")
            with self._under("if n < 1:"):
                self._nodes(node.nodelist_empty)
            with self._under("else:"):
                self._line(f"{loop} = {frame}['forloop'] = {{'parentloop': {around}}}")
                self._rounds(node, names, values, frame, loop)
        with self._under("finally:"):
            self._line(f"del dicts[{depth}:]")

    def _rounds(self, node: Any, names: tuple[str, ...], values: str, frame: str, loop: str) -> None:
        count, number, item = self._new("n"), self._new("i"), self._new("l")
        self._line(f"{count} = len({values})")
        each = f"reversed({values})" if node.is_reversed else values
        before = self._locals, self._loop
        self._locals, self._loop = dict(self._locals), loop
        with self._under(f"for {number}, {item} in enumerate({each}):"):
            self._line(
                f"{loop}['counter0'], {loop}['counter'] = {number}, {number} + 1",
                f"{loop}['revcounter'], {loop}['revcounter0'] = {count} - {number}, {count} - {number} - 1",
                f"{loop}['first'], {loop}['last'] = {number} == 0, {number} == {count} - 1",
            )
            self._hold("forloop", loop)
            if len(names) == 1:
                self._line(f"{frame}[{names[0]!r}] = {item}")
                self._hold(names[0], item)
                self._nodes(node.nodelist_loop)
            else:
                parts = [self._new("l") for _ in names]
                self._line(f"{', '.join(parts)} = unpacked({item}, {len(names)})")
                self._line(f"dicts.append({self._dict(dict(zip(names, parts, strict=True)))})")
                for name, part in zip(names, parts, strict=True):
                    self._hold(name, part)
                self._nodes(node.nodelist_loop)
                self._line("dicts.pop()")
        self._locals, self._loop = before

    def _with(self, node: WithNode) -> None:
        if not self._too_deep([node]):
            self._framed(node.extra_context, node.nodelist)

    def _framed(self, given: dict[str, FilterExpression], nodes: Sequence[Node]) -> None:
        """Write nodes with names that stand in the context while they are drawn."""
        held = {name: self._new("l") for name in given}
        for name, value in given.items():
            self._line(f"{held[name]} = {self._value(value)}")
        depth, before, loop = self._new("d"), self._locals, self._loop
        self._locals = dict(before)
        if "forloop" in held:
            self._loop = ""
        for name, local in held.items():
            self._hold(name, local)
        self._line(f"{depth} = len(dicts)", f"dicts.append({self._dict(held)})")
        with self._under("try:"):
            self._nodes(nodes)
        with self._under("finally:"):
            self._line(f"del dicts[{depth}:]")
        self._locals, self._loop = before, loop

    def _include(self, node: Any) -> None:
        """Write a part where it is included; one that is not made of our own tags is drawn by Django."""
        name = node.template.var if not (node.template.is_var or node.template.filters) else ""
        if not (self._load and name and name[0] != "." and name not in self._including):
            self._foreign(node)
            return
        try:
            part = self._load(name)
        except TemplateDoesNotExist:  # Django says so when it is drawn
            self._foreign(node)
            return
        if node.isolated_context or not _is_ours(part.nodelist):
            self._foreign(node)
        elif not self._too_deep([node]):
            before, self._given = self._given, self._given | _given(part.nodelist)
            self._including.append(name)
            self._framed(node.extra_context, part.nodelist)
            self._including.pop()
            self._given = before

    def _simple(self, node: Any) -> None:
        """Call a tag's function with its arguments, and what stands between it and its end tag."""
        function = self._constant(node.func)
        args = ["context"] if node.takes_context else []
        if isinstance(node, SimpleBlockNode):
            args.append(self._content(node.nodelist))
        args += [self._value(one) for one in node.args]
        args.append(f"**{self._dict({name: self._value(one) for name, one in node.kwargs.items()})}")
        self._line(f"v = {function}({', '.join(args)})")
        if node.target_var is not None:
            self._line(f"dicts[-1][{node.target_var!r}] = v")
        else:
            self._line(f"{self._add}(v if type(v) is SafeString else shown(v, context))")

    def _content(self, nodes: Sequence[Node]) -> str:
        parts, around = self._new("p"), self._add
        self._line(f"{parts} = []", f"{parts}_add = {parts}.append")
        self._add = f"{parts}_add"
        self._nodes(nodes)
        self._flush()
        self._add = around
        return f"SafeString(''.join({parts}))"

    def _url(self, node: URLNode) -> None:
        args = "".join(f"{self._value(one)}, " for one in node.args)
        given = self._dict({name: self._value(one) for name, one in node.kwargs.items()})
        self._line(
            f"v = address_of({self._value(node.view_name)}, ({args}), {given}, {node.asvar is not None})"
        )
        if node.asvar:
            self._line(f"dicts[-1][{node.asvar!r}] = v")
        else:
            self._line(f"{self._add}(text(v, context))")

    def _static(self, node: StaticNode) -> None:
        plain = not (node.path.is_var or node.path.filters)
        if plain and node.varname is None:
            self._line(f"{self._add}(text(static_address({str(node.path.var)!r}), context))")
        else:
            self._foreign(node)

    def _csrf(self, node: CsrfTokenNode) -> None:
        self._line(f"{self._add}(csrf(context))")

    def _too_deep(self, nodes: Sequence[Node]) -> bool:
        if self._indent < _DEEPEST:
            return False
        self._line(f"{self._add}({self._constant(drawing(nodes, self._load))}(context))")
        return True

    def _hold(self, name: str, local: str) -> None:
        if name in self._given:
            self._locals.pop(name, None)
        else:
            self._locals[name] = local

    def _dict(self, given: dict[str, str]) -> str:
        return "{" + ", ".join(f"{name!r}: {value}" for name, value in given.items()) + "}"


_WRITERS: Final[dict[type[Node], Callable[[_Function, Any], None]]] = {
    VariableNode: _Function._variable,
    IfNode: _Function._if,
    ForNode: _Function._for,
    WithNode: _Function._with,
    SimpleNode: _Function._simple,
    SimpleBlockNode: _Function._simple,
    IncludeNode: _Function._include,
    URLNode: _Function._url,
    StaticNode: _Function._static,
    CsrfTokenNode: _Function._csrf,
}


def _within(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        for name in node.child_nodelists:
            yield from _within(getattr(node, name, None) or ())


def _given(nodes: Sequence[Node]) -> set[str]:
    """Return the names that tags among these nodes put into the context themselves."""
    found = [getattr(node, one, None) for node in _within(nodes) for one in _NAMES_GIVEN]
    return {one for one in found if isinstance(one, str)}


def _is_ours(nodes: Sequence[Node]) -> bool:
    """Whether a part is made of nothing but what is written out here."""
    return all(
        type(node) in _WRITERS or isinstance(node, TextNode | LoadNode | CommentNode)
        for node in _within(nodes)
    )
