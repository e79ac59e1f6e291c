"""What the tests need from the system: Chromium, a font with Chinese characters, Pango for PDF, and ffmpeg to make a stream.

Installs Debian's packages where they are missing and this user may; otherwise says exactly what to install.
"""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

PANGO = {"libpango-1.0-0": "pango-1.0", "libpangoft2-1.0-0": "pangoft2-1.0"}
"""Debian packages of what sets PDF, with the library in each."""
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """Path of the installed browser, or None."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def has_chinese_font() -> bool:
    """Whether fontconfig knows a font for simplified Chinese."""
    listed = shutil.which("fc-list") and subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, text=True, check=False).stdout
    return bool(listed)


def missing_packages() -> list[str]:
    """Debian packages that are needed and not there."""
    needed = [("chromium", chromium()), ("fontconfig", shutil.which("fc-list")), ("fonts-noto-cjk", has_chinese_font())]
    needed.append(("ffmpeg", shutil.which("ffmpeg")))
    needed += [(package, ctypes.util.find_library(library)) for package, library in PANGO.items()]
    return [name for name, there in needed if not there]


def main() -> int:
    """Install what is missing; 1 with a sentence where that is not possible."""
    wanted = missing_packages()
    if not wanted:
        return 0
    command = f"apt-get install -y --no-install-recommends {' '.join(wanted)}"
    may = shutil.which("apt-get") and os.geteuid() == 0 and Path("/etc/debian_version").exists()
    if not may:
        sys.stderr.write(f"The tests need {', '.join(wanted)}. Install them and run again, e.g.: sudo {command}\n")
        return 1
    sys.stderr.write(f"Installing {', '.join(wanted)} …\n")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in ("apt-get update -qq", f"{command} -qq"):
        done = subprocess.run(step.split(), env=environment, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            sys.stderr.write(f"`{step}` failed. Install {', '.join(wanted)} by hand and run again.\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
