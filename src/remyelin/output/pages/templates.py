"""Templates of the pages, each one self-contained file with its styles in it."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template


@cache
def template(name: str) -> Template:
    """Return a template of this package; whatever it is given is escaped unless marked as our own markup.

    Parameters
    ----------
    name : str
        File name without ``.html.j2``.
    """
    environment = Environment(
        loader=PackageLoader("remyelin", "output/pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(f"{name}.html.j2")
