"""The browser that tests open pages in; ``make browser`` gets one where there is none."""

import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MOST_S = 120


def program() -> str | None:
    """Return the path of a Chromium: of the system, else of Playwright; None where there is none."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as library:
        own = library.chromium.executable_path
    return own if Path(own).is_file() else None


def install() -> bool:
    """Get Playwright's Chromium, and return whether there is one now."""
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    try:
        subprocess.run(command, timeout=MOST_S, check=True, capture_output=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return program() is not None


if __name__ == "__main__":
    if program() is None and not install():
        print("no Chromium here: the tests of pages in a browser are skipped", file=sys.stderr)
