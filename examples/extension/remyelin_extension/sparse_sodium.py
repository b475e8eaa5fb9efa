"""A fibre model: MRG's double cable whose nodes hold a share of the fast sodium channels."""

from remyelin.evidence import Ledger
from remyelin.fibre import Fibre, FibreModel, mrg, scale_channels


def sparse_sodium(diameter_um: float, n_nodes: int, *, temperature: float, ledger: Ledger) -> Fibre:
    """Build the fibre; the share is a number of the ledger, as every number of a model."""
    fibre = mrg(diameter_um, n_nodes, temperature=temperature, ledger=ledger)
    return scale_channels(fibre, naf=ledger["sparse_sodium.share"])


MODEL = FibreModel(sparse_sodium, myelinated=True, title="MRG with fewer sodium channels (an example)")
