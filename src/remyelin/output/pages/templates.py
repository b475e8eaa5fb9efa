"""Templates of the pages, each one self-contained file with its styles in it."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined, Template
from jinja2.bccache import Bucket

from remyelin.base.files import cache_folder, write_whole


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
