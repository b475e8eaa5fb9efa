"""Finished work of the fit to patients in a file, so that a run can go on where it was interrupted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class Kept:
    """Finished work in a file of one JSON record a line, by key."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.records: dict[str, Any] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                record = json.loads(line)
                self.records[record["key"]] = record

    def add(self, key: str, **content: Any) -> None:
        """Append a record."""
        record = {"key": key, **content}
        self.records[key] = record
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(record) + "\n")
