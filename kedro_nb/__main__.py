"""`python -m kedro_nb` is the command `kedro-nb`."""

from kedro_nb.cli import main

main()
