"""The page in a browser: its course is opened, and waited for until it is drawn."""

from __future__ import annotations

from typing import Any


def open_course(page: Any, server: str) -> None:
    page.goto(f"{server}/")
    page.wait_for_selector("main[data-drawn] .card.plan-none")


def settled(page: Any, server: str = "") -> None:
    """Wait until everything that the course has asked for is drawn; open it first where a server is given."""
    if server:
        open_course(page, server)
    page.locator("main[aria-busy=false]").wait_for()
