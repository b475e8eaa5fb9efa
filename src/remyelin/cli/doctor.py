"""``remyelin doctor``: the installation and its state."""

from __future__ import annotations

from remyelin.base.printing import say
from remyelin.cli.common import Json, print_json


def doctor(as_json: Json = False) -> None:
    """Check the installation: versions, kernel cache, threads, extras."""
    from remyelin.output.terminal.doctor import examine

    facts = examine()
    if as_json:
        print_json(facts)
    else:
        for key, value in facts.items():
            say(f"{key:22} {value}")
