"""remyelin: from a dose of vitamin B12 to a neurological symptom and back.

A research and teaching model, never medical advice.
"""

from __future__ import annotations

__version__ = "0.1.0"
