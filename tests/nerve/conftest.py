from __future__ import annotations

import pytest

from remyelin.evidence import Ledger
from remyelin.nerve import Person, Tables, build_tables


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    return Ledger.shipped()


@pytest.fixture(scope="session")
def tables(ledger: Ledger) -> Tables:
    return build_tables(ledger)


@pytest.fixture(scope="session")
def person(ledger: Ledger) -> Person:
    return Person.of(ledger, age=40.0)
