"""The list of components in README.md, written from the functions themselves.

`python -m minqing.ui.reference` writes it anew; a test compares it.
"""

from pathlib import Path

from minqing.ui.library import COMPONENTS

README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- components: begin -->\n", "<!-- components: end -->\n"


def reference() -> str:
    """List every component with its parameters and what it is for."""
    lines = []
    for one in sorted(COMPONENTS.values(), key=lambda one: one.name):
        end = f"…{{% end{one.name} %}}" if one.is_box else ""
        lines.append(f"- `{{% {one.name} %}}{end}` ({one.signature})  \n  {' '.join(one.says.split())}\n")
    return "".join(lines)


def readme_with_reference() -> str:
    """Give README.md with its list of components written anew."""
    text = README.read_text()
    before, rest = text.split(BEGIN)
    return before + BEGIN + reference() + END + rest.split(END)[1]


if __name__ == "__main__":
    from minqing.ui.templatetags import ui  # noqa: F401  the components register when they are imported

    README.write_text(readme_with_reference())
