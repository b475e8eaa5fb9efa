"""Computations behind the sliders: one person under one plan, from dose to symptom, without studies.

The steps are those of :class:`remyelin.person.chain.Chain`, as in a report, with fewer dates of conduction. The placed
person and computed trajectories are remembered.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin import clinic, nerve
from remyelin.base.errors import InputError
from remyelin.catalogue.causes import CAUSES, NONE
from remyelin.catalogue.plans import GIVEN
from remyelin.evidence import Ledger
from remyelin.nerve.anatomy.pathways import runs
from remyelin.nerve.conduction.damage import Damage
from remyelin.nerve.conduction.lines import Line, Spread
from remyelin.nerve.conduction.volley import Volley, passing, states_of, volley
from remyelin.nerve.studies.laboratory import Laboratory
from remyelin.output.doubt import doubt
from remyelin.person.answer import Answer, answered, unsaid
from remyelin.person.band import band as band_of
from remyelin.person.case import Case, to_toml_data
from remyelin.person.chain import Chain
from remyelin.person.examination import examine
from remyelin.person.forecast_guard import explain, findings, noticed_since
from remyelin.person.inference.resembling import Resembling, has_findings, resembling
from remyelin.person.members import at_presentation, members
from remyelin.person.outlook import Ends, ends_at, presentation_of
from remyelin.person.outside import too_young
from remyelin.person.person import Person
from remyelin.person.plans import Plan
from remyelin.person.settings import RESEMBLING_MEMBERS
from remyelin.person.subject import exposure_of, placed, subject_of
from remyelin.web.bands import band_dates, days_to_better, first_dose, shifted_from, values_at
from remyelin.web.drawn import (
    Followed,
    Picture,
    Trajectory,
    as_json,
    dates,
    described,
    months,
    pictured,
    plain,
    refuse_too_long,
    state_at,
)
from remyelin.web.memory import Memory
from remyelin.web.settings import (
    WEB_BAND,
    WEB_BAND_MEMBERS,
    WEB_COURSE_POINTS,
    WEB_DOSES,
    WEB_HISTORY_POINTS,
    WEB_ONSETS,
    WEB_TRAJECTORIES_KEPT,
)

if TYPE_CHECKING:
    from remyelin.person.inference.posterior import Posterior

T = TypeVar("T")
Check = Callable[[str], None]


class Engine:
    """Everything that is computed for the page, with one ledger."""

    def __init__(self, ledger: Ledger | None = None) -> None:
        self.ledger = ledger or Ledger.shipped()
        self._persons = Memory(WEB_TRAJECTORIES_KEPT)
        self._trajectories = Memory(WEB_TRAJECTORIES_KEPT)
        self._answers = Memory(WEB_TRAJECTORIES_KEPT)
        self._building = threading.Lock()
        self._chain = Chain(self.ledger)
        #: The latest full fit to a record, whose simulated persons the next one may use again.
        self.fitted: Posterior | None = None

    def tables(self) -> nerve.Tables:
        """Return the tables of internodes; the first call fills them, others wait for it."""
        with self._building:
            return self._chain.tables

    def person(self, case: Case) -> Person:
        """Return the person of a case, placed by its laboratory values."""
        data = to_toml_data(case)
        key = json.dumps([data.get(part) for part in ("person", "cause", "intake", "labs")], sort_keys=True)
        found = self.alike(case)
        return found.person if found else self._persons.get(key, lambda: placed(case, self.ledger))

    def alike(self, case: Case, check: Check = lambda step: None) -> Resembling | None:
        """Return the persons who resemble the findings of a case; None where it reports none."""
        if not has_findings(case, self.ledger):
            return None
        data = to_toml_data(case)
        parts = ("person", "cause", "intake", "labs", "coexisting", "symptom", "sign")
        key = json.dumps(["alike", *(data.get(part) for part in parts)], sort_keys=True)

        def make() -> Resembling | None:
            examine(case)  # one built by a program as well
            return resembling(case, self.ledger, RESEMBLING_MEMBERS, tables=self.tables(), progress=check)

        found: Resembling | None = self._persons.get(key, make)
        return found

    def trajectory(self, case: Case, shift: float | None, check: Check) -> Trajectory:
        """Follow one person under one plan.

        Parameters
        ----------
        case : Case
        shift : float or None
            Days by which the treatment is moved; None: nothing is done.
        check : callable
            Called with the name of each step; it may raise to end the computation.
        """
        key = (_key(case), shift)
        return self._trajectories.get(key, lambda: self._follow(case, shift, check))

    def described(self, case: Case, shift: float | None, check: Check) -> bytes:
        """Return a trajectory as JSON."""
        whole = self.trajectory(case, shift, check)
        return self.remember(("described", _key(case), shift), lambda: as_json(described(whole)))

    def remember(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value remembered under a key, or make it."""
        return self._answers.get(key, make)

    def _follow(self, case: Case, shift: float | None, check: Check) -> Trajectory:
        check("placing the person")
        self.alike(case, check)
        person = self.person(case)
        refuse_too_long(case, person, shift)
        who, chain = subject_of(case, person), self._chain
        check("cobalamin and one-carbon metabolism")
        reached = exposure_of(who, Plan("asked", "", shift), self.ledger)
        if len(reached.doses) > WEB_DOSES:
            raise InputError(
                f"treatment: {len(reached.doses)} doses are more than the {WEB_DOSES} the page computes; "
                "lengthen the interval, or use the command line."
            )
        chemistry = chain.with_chances(reached, who.times)
        check("myelin and axons")
        rates = chain.rates_of(person.traits)
        states = chain.myelin(chemistry, who.body, rates, coexisting=case.coexisting)
        check("conduction")
        self.tables()
        check("conduction")
        at = dates(who.times, WEB_HISTORY_POINTS, WEB_COURSE_POINTS, first_dose(case, shift))
        drawn = states.isel(time=at)
        pathways = chain.conduction(drawn, who.body, coexisting=case.coexisting)
        picture = pictured(pathways, chemistry["mental"], chain.maps_of(person.traits))
        return Trajectory(who, chemistry, states, drawn, pathways, picture)

    def bands(self, case: Case, shift: float | None, check: Check) -> dict[str, Any]:
        """Return the spread over the posterior of the fit, in each set with another person who is found ill.

        Sets evenly taken; chemistry as in the trajectory.
        """
        found = self.followed(case, shift, check)
        pathways, picture = found.pathways, found.picture
        low, high = WEB_BAND

        def band(values: NDArray[np.float64], names: Iterable[str]) -> dict[str, Any]:
            # one quantile of the whole array (member, time, name): labelled ones cost more than the conduction
            ends = np.quantile(values, [low, 0.5, high], axis=0)
            return {
                name: {
                    "low": plain(ends[0, :, i]),
                    "median": plain(ends[1, :, i]),
                    "high": plain(ends[2, :, i]),
                }
                for i, name in enumerate(names)
            }

        over = [str(name) for name in pathways["pathway"].to_numpy().tolist()]
        shares = {
            key: band(pathways[key].transpose("member", "time", "pathway").to_numpy(), over)
            for key in ("conducted", "axons")
        }
        return {
            "months": months(found.days),
            "members": len(picture.disability),
            "share": [low, high],
            "disability": band(picture.disability[..., None].astype(np.float64), ["total"])["total"],
            "severity": band(np.stack(list(picture.severity.values()), axis=-1), picture.severity),
            "pathways": {name: {key: shares[key][name] for key in shares} for name in shares["conducted"]},
        }

    def followed(self, case: Case, shift: float | None, check: Check) -> Followed:
        """Return the members of the ensemble under one plan."""
        return self.remember(("followed", _key(case), shift), lambda: self._followed(case, shift, check))

    def _followed(self, case: Case, shift: float | None, check: Check) -> Followed:
        whole = self.trajectory(case, shift, check)
        chain, body = self._chain, whole.who.body
        times = whole.states.time.to_numpy()
        start = first_dose(case, shift)
        at = band_dates(times, start)
        alike = self.alike(case)
        if alike is not None:
            return self._followed_alike(case, shift, whole, alike, times[at], check)
        followed = members(whole.who.person, chain, WEB_BAND_MEMBERS)
        check("members of the ensemble")
        together = chain.myelin(
            whole.chemistry, body, followed.rates, keep=times[at], coexisting=case.coexisting
        )
        check("conduction of the ensemble")
        pathways = followed.conduction(together, body, coexisting=case.coexisting)
        check("symptoms of the ensemble")
        pictures = [
            pictured(pathways.isel(member=i), whole.chemistry["mental"], judge)
            for i, judge in enumerate(followed.judges)
        ]
        picture = Picture(
            {name: np.stack([one.severity[name] for one in pictures]) for name in pictures[0].severity},
            np.stack([one.disability for one in pictures]),
            np.stack([one.gait for one in pictures]),
        )
        presence = np.array([float(judge.presence) for judge in followed.judges])
        return Followed(together.time.to_numpy(), start, pathways, picture, presence)

    def _followed_alike(
        self,
        case: Case,
        shift: float | None,
        whole: Trajectory,
        alike: Resembling,
        days: NDArray[np.float64],
        check: Check,
    ) -> Followed:
        """Return the persons who resemble the findings of a case under one plan."""
        mental = whole.chemistry["mental"].sel(time=days).to_numpy()
        found = band_of(
            case, (Plan("asked", "as asked", shift),), alike, days, mental[None], self.ledger, check
        )
        picture = Picture(
            {name: values[:, 0] for name, values in found.severity.items()},
            found.disability[:, 0].astype(np.int64),
            found.gait[:, 0].astype(np.int64),
        )
        over = ("member", "time", "pathway")
        pathways = xr.Dataset(
            {name: (over, values[:, 0]) for name, values in found.pathways.items()},
            coords={"time": days, "pathway": list(clinic.PATHWAYS)},
        )
        return Followed(days, first_dose(case, shift), pathways, picture, found.presence)

    def answer(self, plans: Sequence[tuple[Plan, Case]], refused: str, check: Check) -> Answer:
        """Return the answer of a case under plans, the first of which is its own.

        Parameters
        ----------
        plans : sequence of (Plan, Case)
            The case of each plan holds its regimen.
        refused : str
            Of :meth:`refused`.
        check : callable
        """
        (given, case), *_ = plans
        # the answer of what is refused names no other plan
        shown = plans[:1] if refused else plans
        followed = [self.followed(own, plan.shift, check) for plan, own in shown]
        last = float(followed[0].days[-1])
        dates = ends_at(followed[0].start, last)
        own = [float(self.trajectory(kase, plan.shift, check).picture.disability[-1]) for plan, kase in shown]
        ends = Ends(
            np.stack([values_at(item.days, item.picture.disability, dates) for item in followed]),
            np.stack([values_at(item.days, item.picture.gait, dates) for item in followed]),
            np.stack([days_to_better(item) for item in followed]),
        )
        return answered(
            ends,
            [shifted_from(plan, given) for plan, _ in shown],
            own,
            refused=refused,
            deficient=case.cause.kind != NONE,
            treated=bool(case.treatment) and given.shift is not None,
            exposed=CAUSES[case.cause.kind].gas and not (case.cause.ended or 0.0) < 0,
            horizon=last,
            most=clinic.most_points(self._chain.judge),
            unsaid=unsaid(case),
        )

    def refused(self, case: Case, check: Check) -> str:
        """Say why the course of a case is no forecast for its person; empty where it may be shown.

        The findings are of presentation, before any treatment, so the answer is one for every plan.
        """
        if young := too_young(case.person.age):
            return young
        if not case.symptom and not case.sign:
            return ""
        reported = json.dumps([item.model_dump(mode="json") for item in (*case.symptom, *case.sign)])
        return self.remember(("refused", _key(case), reported), lambda: self._refused(case, check))

    def _refused(self, case: Case, check: Check) -> str:
        whole = self.trajectory(case, 0.0, check)
        person, body, chain = whole.who.person, whole.who.body, self._chain
        times = whole.states.time.to_numpy()
        zero = times[np.searchsorted(times, 0.0) :][:1]
        check("findings of the ensemble")
        alike = self.alike(case)
        if alike is not None:
            if alike.refused:
                return alike.refused
            plan = Plan("asked", GIVEN, 0.0)
            now = band_of(case, (plan,), alike, zero, np.zeros((1, 1)), self.ledger, check)
            here = presentation_of(now, 0)
        else:
            followed = members(person, chain, WEB_BAND_MEMBERS)
            together = chain.myelin(
                whole.chemistry, body, followed.rates, keep=zero, coexisting=case.coexisting
            )
            pathways = followed.conduction(together, body, coexisting=case.coexisting).isel(time=0)
            here = at_presentation(pathways, followed.judges)
        # further apart the longer ago, since durations are compared by their ratio
        ago = np.concatenate([[0.0], np.geomspace(1.0, max(-times[0], 2.0), WEB_ONSETS)])
        past = whole.states.isel(time=np.unique(np.searchsorted(times, -ago)))
        before = chain.conduction(past, body, coexisting=case.coexisting)
        own, earlier = chain.maps_of(person.traits), before.time.to_numpy()
        severity = pictured(before, whole.chemistry["mental"], own).severity
        noticed = {name: noticed_since(values >= own.presence, earlier) for name, values in severity.items()}
        names = {item.id: item.name for item in clinic.catalogue(self.ledger)}
        dated, apart = (None, ()) if alike is None else (alike.dated, alike.apart)
        computed = findings(here, noticed, self.ledger["clinic.presence"], names, dated, apart)
        return explain(case.symptom, case.sign, computed)

    def studies(
        self, case: Case, shift: float | None, day: float, names: list[str], check: Check, exact: bool = False
    ) -> nerve.Studies:
        """Study the nerves at a date (days); with drawn fibres in the exact engine where asked."""
        whole = self.trajectory(case, shift, check)
        tables = self.tables()
        state = state_at(whole, day)
        run = nerve.exact(whole.who.body, tables, self.ledger, seed=0) if exact else None
        spread = Spread.from_ledger(self.ledger)
        damage = Damage.of(states_of(state), tables, spread.thickness, spread.lengths)
        count = itertools.count(1)

        def conduct(asked: Line, states: Mapping[str, NDArray[np.float64]]) -> Volley:
            # stretch by stretch, so that studies of a place already left do not hold up the next one
            check(f"stretch {next(count)}, {asked.run.branch.replace('_', ' ')}")
            return passing(asked, damage) if run is None else run(asked, states)

        return self._chain.studies(state, whole.who.body, names or None, conduct, coexisting=case.coexisting)

    def doubted(self, case: Case, shift: float | None, day: float, found: nerve.Studies) -> str:
        """Say why a clinician would doubt a whole battery at a date, beside the disability of that date."""
        whole = self.trajectory(case, shift, lambda step: None)
        state = state_at(whole, day).expand_dims("time")
        pathways = self._chain.conduction(state, whole.who.body, coexisting=case.coexisting)
        mental = whole.chemistry["mental"].interp(time=pathways["time"], method="nearest")
        disability = pictured(pathways, mental, self._chain.maps_of(whole.who.person.traits)).disability
        return doubt(float(disability[0]), found, pathways.isel(time=0))

    def fibres(
        self, case: Case, shift: float | None, day: float, pathway: str, check: Check
    ) -> list[dict[str, Any]]:
        """Return diameter, chance to conduct and arrival of the fibres of a pathway, neuron after neuron."""
        whole = self.trajectory(case, shift, check)
        arrays = states_of(state_at(whole, day))
        laboratory = Laboratory.of(whole.who.body, self.tables(), self.ledger)
        found = []
        for run in runs(pathway, whole.who.body, self.ledger):
            check("fibres")
            laid = laboratory.line(run)
            passed = volley(laid, arrays, laboratory.tables, laboratory.spread)
            found.append(
                {
                    "branch": run.branch,
                    "length": run.stop - run.start,
                    "diameter": plain(laid.fibres.diameter),
                    "conducted": plain(passed.conducted),
                    "healthy": plain(laid.healthy),
                    "arrival": plain(passed.arrival),
                }
            )
        return found


def _key(case: Case) -> str:
    """Return the parts of a case that its trajectory depends on."""
    data = to_toml_data(case)
    decides = ("person", "cause", "intake", "labs", "treatment", "plan", "coexisting", "symptom", "sign")
    return json.dumps([data.get(part) for part in decides], sort_keys=True)
