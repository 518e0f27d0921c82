"""Everything that needs IPython: the extension, its magics, completion, and what they show."""
