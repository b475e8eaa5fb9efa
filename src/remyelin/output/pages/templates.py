"""Templates of the pages, each one self-contained file with its styles in it."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined, Template
from jinja2.bccache import Bucket

from remyelin.base.files import cache_folder, write_whole
from remyelin.base.plain import unbroken
from remyelin.output.answer import merged

#: A table that may be too wide for a phone; the narrow ones stand in a box of class ``short``.
_WIDE: Final = re.compile(r'(<div class="scroll"[^>]*>\s*<table)([^>]*)>(.*?)</table>', re.DOTALL)
_ROW: Final = re.compile(r"(<tr[^>]*>)(.*?)(?=</tr>)", re.DOTALL)
_HEADING: Final = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
_CELL: Final = re.compile(r"<td\b([^>]*)>")
_TAG: Final = re.compile(r"<[^>]*>")
#: Text between tags, and the units in it that a file writes in plain letters.
_TEXT: Final = re.compile(r">[^<]+<")
_MICRO: Final = re.compile(r"(?<=\d )u(?=(?:mol|V|m|g|s|F/cm2)\b)")
_CELSIUS: Final = re.compile(r"(?<=\d )C\b")


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
        bytecode_cache=_Kept(),
    )
    environment.globals["merged"] = merged
    environment.filters["unit"] = unit
    return environment.get_template(f"{name}.html.j2")


class _Kept(BytecodeCache):
    """Templates as Python's byte code beside the compiled kernels, each known by the text it was made from.

    What cannot be read is made again, and what cannot be written is not kept; neither is an error.
    """

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(Exception):  # a damaged file raises anything
            bucket.bytecode_from_string(self._place(bucket).read_bytes())
            return
        bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError, RuntimeError):  # no home folder
            place = self._place(bucket)
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, bucket.bytecode_to_string())

    @staticmethod
    def _place(bucket: Bucket) -> Path:
        return cache_folder() / "pages" / bucket.key


def page(name: str, /, **values: Any) -> str:
    """Return a page from its template; on a phone the rows of its wide tables stand as lists of headed cells."""
    return stacked(_TEXT.sub(_with_units, template(name).render(**values)))


def unit(written: str) -> str:
    """Return a unit as on paper: with its Greek letter; nothing for a number without any.

    Examples
    --------
    >>> unit("umol/L"), unit("mV"), unit("1")
    ('µmol/L', 'mV', '')
    """
    return "" if written == "1" else re.sub(r"\bu(?=(?:mol|V|m|g|s)\b)", "µ", written)


def _with_units(text: re.Match[str]) -> str:
    return unbroken(_CELSIUS.sub("°C", _MICRO.sub("µ", text[0])))


def stacked(html: str) -> str:
    """Return HTML whose wide tables have the heading of its column in every cell.

    A first cell leads its row and needs none. Rows that span columns stay.

    Examples
    --------
    >>> rows = "<tr><th>Marker</th><th>day 0</th></tr><tr><td>B12</td><td>90</td></tr>"
    >>> stacked(f'<div class="scroll"><table>{rows}</table></div>').partition("</tr>")[2]
    '<tr><td class="lead">B12</td><td data-heading="day 0">90</td></tr></table></div>'
    """
    return _WIDE.sub(_stacked_table, html)


def _stacked_table(table: re.Match[str]) -> str:
    opened, attributes, inner = table.groups()
    header = _ROW.search(inner)
    headings = _HEADING.findall(header[2]) if header else []
    if len(headings) < 2:
        return table[0]
    titles = [_TAG.sub("", text).strip().replace('"', "&quot;") for text in headings]

    def row(found: re.Match[str]) -> str:
        if "<th" in found[2] or "colspan" in found[2]:
            return found[0]
        marks = iter([None, *titles[1:]])

        def cell(one: re.Match[str]) -> str:
            title = next(marks, "")
            if title is None:
                return f"<td{_with_class(one[1], 'lead')}>"
            return f'<td data-heading="{title}"{one[1]}>' if title else one[0]

        return found[1] + _CELL.sub(cell, found[2])

    return f"{opened}{_with_class(attributes, 'stack')}>{_ROW.sub(row, inner)}</table>"


def _with_class(attributes: str, name: str) -> str:
    """Return the attributes of a tag with one more class."""
    known = attributes.replace('class="', f'class="{name} ', 1)
    return known if known != attributes else f' class="{name}"{attributes}'
