"""Callables and classes of the user's, as source text for a cell or a module.

In each, `make(x)` is one node and `read(v)` the next, in another process perhaps. EDIT stands for a number, 2 at first
and 3 after an edit. The result of `read(make(1))` is given for both.
"""

import pytest

from .code_of_classes import CLASSES
from .code_of_functions import FUNCTIONS
from .code_of_records import RECORDS

CASES = FUNCTIONS | CLASSES | RECORDS


def spread(cases, others, methods):
    """Each case with each of the others, by one start method, so that every pair of the three kinds occurs.

    Processes that have run before hold the same whatever their start method: all methods for each case would take three
    times as long and show no more.
    """
    return [
        pytest.param(case, other, methods[(number + shift) % len(methods)], id=f"{case}-{other}")
        for number, case in enumerate(cases)
        for shift, other in enumerate(others)
    ]
