"""A cause of deficiency: a fish tapeworm takes a share of the cobalamin before the ileum does."""

from remyelin.catalogue.causes import Cause
from remyelin.cobalamin import Exposure
from remyelin.cobalamin.causes import Affected, impaired_ileum
from remyelin.evidence import Ledger


def infested(healthy: Exposure, person: Affected, ledger: Ledger) -> Exposure:
    """Keep what the worm leaves, from the day of infection on."""
    return impaired_ileum(healthy, person.began, person.kept)


CAUSE = Cause("fish tapeworm", also=("diphyllobothriasis",), partial=True, applied=infested)
