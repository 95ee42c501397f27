"""What this process may use of the machine: cores, memory, and a place for what can be made again."""

from __future__ import annotations

import os
from pathlib import Path

KEEPING_PAGES = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(64 << 20)}
"""For the environment of a process that decodes: glibc else gives the pages of every picture back and faults them in
again for the next, a fifth of a PNG's time."""


def cores() -> int:
    """Those this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def free_memory() -> int:
    """Bytes of memory a program could have now: what the system counts, or what is left of a container's share."""
    free = 2 << 30
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()  # counts the page cache as free, as it is
        free = next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), free)
        limit = Path("/sys/fs/cgroup/memory.max").read_text("ascii").strip()
        used = Path("/sys/fs/cgroup/memory.current").read_text("ascii").strip()
        return free if limit == "max" else min(free, max(0, int(limit) - int(used)))
    except (OSError, ValueError, AttributeError):
        return free


def cache_folder() -> Path:
    """Where the index lives: `$CULLR_CACHE`, else the user's cache directory."""
    chosen = os.environ.get("CULLR_CACHE")
    if chosen:
        return Path(chosen)
    import platformdirs  # not for those who do not ask

    return Path(platformdirs.user_cache_dir("cullr"))
