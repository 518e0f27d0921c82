"""Callables and classes of the user's, as source text for a cell or a module.

In each, `make(x)` is one node and `read(v)` the next, in another process perhaps. EDIT stands for a number, 2 at first
and 3 after an edit. The result of `read(make(1))` is given for both.
"""

from .code_of_classes import CLASSES
from .code_of_functions import FUNCTIONS
from .code_of_records import RECORDS

CASES = FUNCTIONS | CLASSES | RECORDS
