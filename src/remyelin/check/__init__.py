"""Published guidance for the findings of a person: red flags, tests, readings, look-alikes, risks.

Light: nothing here simulates anything. :mod:`remyelin.check.forecast`, which does, is imported only on request.
"""

from remyelin.check.answer import SECTIONS, Answer, Line, answer
from remyelin.check.known import Known
from remyelin.check.reading import read

__all__ = ["SECTIONS", "Answer", "Known", "Line", "answer", "read"]
