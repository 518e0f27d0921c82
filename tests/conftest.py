"""What holds for all tests, wherever and on however busy a machine they run."""

import signal

from hypothesis import HealthCheck, settings

# Tests with random examples may take their time. `make test` has them try the same examples each time.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in what a script has started in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)
