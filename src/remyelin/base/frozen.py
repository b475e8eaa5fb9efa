"""Read-only mappings that can be pickled and copied, as the frozen records that hold them.

Python's own have no way to be pickled. The registration holds for the process.
"""

from __future__ import annotations

import copyreg
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


def _rebuilt(content: Mapping[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(dict(content))


def _reduced(
    mapping: MappingProxyType[Any, Any],
) -> tuple[Any, tuple[dict[Any, Any]]]:
    return _rebuilt, (dict(mapping),)


copyreg.pickle(MappingProxyType, _reduced)
