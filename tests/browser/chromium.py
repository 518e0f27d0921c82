"""Headless Chromium: where it is, how it starts, and `python -m tests.browser.chromium`, which installs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext

LEFT_OUT = "KEDRO_NB_NO_BROWSER"
_ARGUMENTS = [
    "--no-sandbox",  # in a container, root has none to use
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-dev-shm-usage",  # a container's /dev/shm is small
]
_HELP = f"""\
The browser tests need Chromium, and there is none that starts: not on the PATH, and neither apt-get (as root) nor
Playwright could install one.
What next: install it (Debian: sudo apt-get install chromium fonts-dejavu-core), then `make test` again;
or leave the browser tests out: {LEFT_OUT}=1 make test"""


def left_out() -> bool:
    """Whether the user asked for a test run without browser tests."""
    return os.environ.get(LEFT_OUT, "") not in ("", "0")


def find() -> Path | None:
    """A Chromium that starts: the one on the PATH, else Playwright's own."""
    on_path = shutil.which("chromium")
    if on_path and _starts(on_path):
        return Path(on_path)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        own = driver.chromium.executable_path
    return Path(own) if Path(own).exists() and _starts(own) else None


@contextmanager
def started(*, pixels: float = 1) -> Iterator[BrowserContext]:
    """A browser for as long as the block lasts, with so many pixels to a CSS pixel.

    Its profile is a folder, as people have it: scripts come from the disk's cache, compiled, after the first page.
    """
    from playwright.sync_api import sync_playwright

    path = find()
    if path is None:
        raise RuntimeError(_HELP)
    with sync_playwright() as driver, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = driver.chromium.launch_persistent_context(
            profile, executable_path=path, args=_ARGUMENTS, device_scale_factor=pixels
        )
        try:
            yield browser
        finally:
            browser.close()


def install() -> Path | None:
    """Install Chromium unless there is one; say what is done. None where nothing worked."""
    if (path := find()) is not None:
        return path
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print("Installing Chromium for the browser tests with apt-get (once; half a minute) ...", flush=True)
        _quiet("apt-get", "update")
        _quiet("apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core")
        if (path := find()) is not None:
            return path
    print("Installing Playwright's Chromium for the browser tests (once; a minute or two) ...", flush=True)
    _quiet(sys.executable, "-m", "playwright", "install", "chromium")
    return find()


def main() -> int:
    if left_out():
        print(f"{LEFT_OUT} is set: the browser tests are left out.")
        return 0
    if install() is None:
        print(_HELP, file=sys.stderr)
        return 1
    return 0


def _starts(path: str) -> bool:
    """Whether the program runs at all: on Ubuntu `chromium` can be a stub, and libraries can be missing."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _quiet(*command: str) -> None:
    """Run a command; its output is shown when it fails, and the next way is tried."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        print((done.stdout + done.stderr).strip()[-2000:], file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
