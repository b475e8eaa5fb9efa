"""Settings of the numerical methods of the web page: steps, tolerances, limits. No biology."""

from __future__ import annotations

from typing import Final

from remyelin.person.settings import RECOVERY_MEMBERS

WEB_PORT: Final = 8712
WEB_BODY_BYTES: Final = 131_072
WEB_REQUEST_SECONDS: Final = 20.0  # from the first byte of a request to its last
WEB_QUICK_WORKERS: Final = 2
WEB_QUICK_WAITING: Final = 200  # requests in the queue before one is refused
WEB_QUICK_SECONDS: Final = 20.0
WEB_LONG_WAITING: Final = 8
WEB_LONG_SECONDS: Final = 600.0
WEB_HISTORY_DAYS: Final = 61 * 365.25  # longest history before presentation
WEB_HORIZON_DAYS: Final = 10.1 * 365.25
WEB_DOSES: Final = 6000  # of all treatments of a case
WEB_TRAJECTORIES_KEPT: Final = 128
WEB_HISTORY_SHOWN: Final = 48 * 30.4375  # days before presentation that the charts show
WEB_HISTORY_POINTS: Final = 17  # dates drawn of these ...
WEB_COURSE_POINTS: Final = 40  # ... and after
WEB_BAND_MEMBERS: Final = RECOVERY_MEMBERS  # those of the report, so that both give one answer
# months after the first dose at which bands are kept
WEB_BAND_MONTHS: Final = (0, 0.5, 1, 1.5, 2, 3, 4, 6, 12)
WEB_BAND_POINTS: Final = 16
WEB_ONSETS: Final = 60  # past dates at which it is asked since when a symptom has been noticed
WEB_BAND: Final = (0.05, 0.95)
WEB_WIRE_NODES: Final = 25
WEB_WIRE_MS: Final = (3.0, 12.0)  # how long an impulse is waited for, and then once more
WEB_WIRE_EVERY: Final = 2  # steps between potentials kept
WEB_WIRE_FRAMES: Final = 120
WEB_REPORTS_KEPT: Final = 200
