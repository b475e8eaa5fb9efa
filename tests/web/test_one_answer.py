"""The page and the report give one answer for one person."""

from remyelin import load_case, run_course
from remyelin.evidence import Ledger
from remyelin.person.answer import answer_of
from remyelin.person.course import Course
from remyelin.person.plans import plans_of
from remyelin.web.engine import Engine


def test_page_and_report_give_the_same_answer() -> None:
    """They keep different days: no course may depend on the days asked for, nor plans differ but by treatment."""
    ledger = Ledger.shipped()
    case = load_case("stabler-2013")
    course: Course = run_course(case, ledger)
    reported = answer_of(course)
    engine = Engine(ledger)
    plans = plans_of(case, engine.trajectory(case, 0.0, lambda step: None).who.person)
    shown = engine.answer([(plan, case) for plan in plans], "", lambda step: None)
    assert (shown.now, shown.first, shown.year, shown.end) == (
        reported.now,
        reported.first,
        reported.year,
        reported.end,
    )
    assert [start.cost for start in shown.starts] == [start.cost for start in reported.starts]
    # with one hidden course a person nobody gains by a later first dose here
    assert all(start.cost.low >= 0.0 for start in reported.starts if start.cost is not None)
