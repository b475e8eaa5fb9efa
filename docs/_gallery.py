"""Reader of gallery scripts: the docstring becomes the text of the page, the rest one executed cell."""

from __future__ import annotations

import ast

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


def notebook(text: str) -> NotebookNode:
    """Return a script as a notebook."""
    tree = ast.parse(text)
    first = tree.body[0]
    heading, _, words = (ast.get_docstring(tree) or "Untitled").partition("\n")
    code = "\n".join(text.splitlines()[first.end_lineno :]).strip()
    # ids are fixed, so that an unchanged script is not executed again
    cells = [
        new_markdown_cell(f"# {heading.rstrip('.')}\n{words}", id="words"),
        new_code_cell(code, id="code"),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return new_notebook(cells=cells, metadata=kernel)
