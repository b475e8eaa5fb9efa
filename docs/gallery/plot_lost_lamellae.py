"""Delay over five thinned internodes.

A 10 um fibre at 37 C on the converged grid; five internodes in the middle, 23 to 27 counted from 0, keep a share of
their lamellae. Printed is the delay at the last node; a line that ends is an impulse that is blocked.
"""

import matplotlib.pyplot as plt
import numpy as np

from remyelin import Ledger
from remyelin.fibre import conduct, lose_lamellae, mrg

fibre = mrg(10.0, 51, temperature=37.0, grid="converged", ledger=Ledger.shipped())
shares = (0.3, 0.1, 0.05, 0.03)
arrival = conduct([fibre, *(lose_lamellae(fibre, range(23, 28), share) for share in shares)])["arrival"]
for share, last in zip(shares, arrival[1:, -1].to_numpy(), strict=True):
    print(
        f"{100 * share:.0f} % of lamellae: "
        + ("blocked" if np.isnan(last) else f"{last - float(arrival[0, -1]):.2f} ms later")
    )
figure, axes = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
for share, one in zip((1.0, *shares), arrival.to_numpy(), strict=True):
    axes.plot(np.arange(one.size), one, label=f"{100 * share:.0f} % of lamellae")
axes.set(xlabel="node, counted from 0", ylabel="arrival, ms")
axes.legend(frameon=False)
plt.show()
