"""A nerve study: the H reflex of the soleus, from the afferents of the muscle through the cord to the muscle."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from remyelin.evidence import Ledger
from remyelin.nerve import Row, Study
from remyelin.nerve.anatomy.branches import Array
from remyelin.nerve.studies.laboratory import Laboratory
from remyelin.nerve.studies.study import Conduct, Dated


@dataclass(frozen=True, slots=True)
class HReflex(Study):
    """A monosynaptic reflex of the leg: the site of stimulation."""

    site: str

    def perform(self, name: str, lab: Laboratory, along: Conduct, states: Mapping[str, Array]) -> list[Dated]:
        """Return the latency at every date; absent where too few afferents arrive."""
        place = lab.site(f"leg_motor.{self.site}")
        up = along("leg_sensory", "muscle_afferent", 0.0, place)
        down = along("leg_motor", "motor", 0.0, place)
        way = up.arrival.mean(axis=-1) + down.arrival.mean(axis=-1)
        latency = lab.ledger["delay.activation"] + lab.ledger["h_reflex.synapse"] + way
        arriving = up.conducted.mean(axis=-1) * down.conducted.mean(axis=-1)
        seen = arriving >= lab.ledger["h_reflex.share"]
        return [
            [
                (Row(name, self.site, "motor", latency=float(ms) if there else None, absent=not there), None)
                for ms, there in zip(np.atleast_1d(latency), np.atleast_1d(seen), strict=True)
            ]
        ]

    def sites(self, name: str, ledger: Ledger) -> Mapping[str, tuple[str, ...]]:
        """Return the one site; there is no norm."""
        return {self.site: ()}


SOLEUS = HReflex("knee")
