"""Build of the documentation: ``python -m sphinx -W -b html docs site``.

Pages with a notebook header are executed. The lists of the reference come from ``__all__`` of the rooms.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from sphinx.pycode import ModuleAnalyzer

from remyelin import __version__

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
ROOMS = {
    "remyelin": "Cases, courses, records, sweeps, trials",
    "remyelin.evidence": "The ledger of numbers, sources and published rows",
    "remyelin.cobalamin": "Doses, kinetics and metabolism",
    "remyelin.myelin": "Sheaths and axons over months",
    "remyelin.fibre": "Impulses in single fibres",
    "remyelin.nerve": "Pathways and nerve studies",
    "remyelin.clinic": "Symptoms, signs and scales",
    "remyelin.person.record": "One person's dated results",
    "remyelin.person.inference": "The fit to one person, and its forecast",
    "remyelin.analysis.cohort": "Many persons",
    "remyelin.analysis.trial": "Virtual trials",
    "remyelin.analysis.estimation": "Estimation from one's own concentrations",
    "remyelin.analysis.validation": "Published numbers beside simulated ones",
    "remyelin.analysis.experiments": "Named protocols with figures",
    "remyelin.analysis.claims": "The claims of the article",
    "remyelin.check": "Published guidance for one person",
}

project = "remyelin"
author = "The remyelin developers"
copyright = "The remyelin developers; MIT licence"
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "myst_nb",
]
templates_path = ["_templates"]
exclude_patterns = ["figures/*.py", "conf.py", "_gallery.py"]
source_suffix = {".rst": "restructuredtext", ".md": "myst-nb"}
nb_custom_formats = {".py": "_gallery.notebook"}

autosummary_generate = True
autosummary_imported_members = True
autodoc_typehints = "none"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
numpydoc_validation_checks: set[str] = set()

highlight_language = "text"
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
nb_execution_mode = "cache"  # a page is executed again when its code has changed
nb_execution_raise_on_error = True
nb_execution_timeout = 900  # of a cell; a loaded machine is slow
nb_execution_show_tb = True
nb_merge_streams = True

html_theme = "pydata_sphinx_theme"
html_title = "remyelin"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "show_prev_next": False,
    "navbar_align": "left",
    "header_links_before_dropdown": 7,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "navbar_end": ["theme-switcher"],
}
html_sidebars = {"index": []}


def _rooms() -> None:
    """Write the list of each room's public names; a name stands in the first room that has it."""
    listed: set[int] = set()
    folder = HERE / "api" / "rooms"
    folder.mkdir(parents=True, exist_ok=True)
    for room, title in ROOMS.items():
        module = import_module(room)
        names = [name for name in module.__all__ if id(getattr(module, name)) not in listed]
        listed |= {id(getattr(module, name)) for name in names}
        kinds: dict[str, list[str]] = {"Functions": [], "Classes": [], "Data": []}
        for name in sorted(names, key=str.lower):
            thing = getattr(module, name)
            kind = "Classes" if inspect.isclass(thing) else "Functions" if callable(thing) else "Data"
            kinds[kind].append(name)
        heading = f"{title}: ``{room}``"
        lines = [heading, "=" * len(heading), "", f".. currentmodule:: {room}", ""]
        for kind, members in kinds.items():
            if not members:
                continue
            lines += [kind, "-" * len(kind), "", ".. autosummary::", "   :toctree: ../generated", ""]
            lines += [f"   {name}" for name in members] + [""]
        page, text = folder / f"{room}.rst", "\n".join(lines)
        if (
            not page.exists() or page.read_text(encoding="utf-8") != text
        ):  # an unchanged page is not built again
            page.write_text(text, encoding="utf-8")


def _constant(name: str) -> list[str]:
    """Return the docstring of a public constant, from the module that defines it, and its value or its keys."""
    room, _, own = name.rpartition(".")
    value = getattr(import_module(room), own)
    module = room
    while True:
        tree = ast.parse(inspect.getsource(import_module(module)))
        imported = {
            item.asname or item.name: (step.module, item.name)
            for step in tree.body
            if isinstance(step, ast.ImportFrom)
            for item in step.names
        }
        if own not in imported:
            break
        module, own = imported[own]
    words = ModuleAnalyzer.for_module(module).find_attr_docs().get(("", own))
    if not words:
        raise ValueError(f"{module}.{own} is public and has no docstring below it.")
    if isinstance(value, Mapping):
        return [*words, "Keys: " + ", ".join(f"``{key}``" for key in value) + "."]
    return [*words, f"Value: ``{value!r}``."]


def _documented(_app: Any, what: str, name: str, _thing: Any, _options: Any, lines: list[str]) -> None:
    """Replace the docstring of the type of a constant by that of the constant."""
    if what == "data":
        lines[:] = _constant(name)


def _without_settings(_app: Any, _what: str, name: str, _thing: Any, skip: bool, _options: Any) -> bool:
    """Leave out the settings of pydantic, which are no part of a file."""
    return skip or name == "model_config"


def setup(app: Any) -> None:
    """Write the room pages before the source folder is listed."""
    app.connect("autodoc-process-docstring", _documented)
    app.connect("autodoc-skip-member", _without_settings)
    _rooms()
