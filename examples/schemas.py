"""Write the JSON Schemas of docs/schemas: ``python examples/schemas.py``."""

from __future__ import annotations

import json
from pathlib import Path

from remyelin.output.schemas import SCHEMAS, schema

FOLDER = Path(__file__).parents[1] / "docs" / "schemas"


def main() -> None:
    """Write one file for each schema."""
    for name in SCHEMAS:
        text = json.dumps(schema(name), indent=1, ensure_ascii=False) + "\n"
        (FOLDER / f"{name}.schema.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
