"""What this process gives up before it looks at a stranger's bytes."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource

MEMORY = 512 * 1024 * 1024
SECONDS = 60
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000


def leave_the_network() -> bool:
    """A network and a user of its own, where the kernel gives them: then neither a socket nor another
    process's memory is in reach. Must run before anything starts a thread."""
    try:
        return bool(ctypes.CDLL(None, use_errno=True).unshare(NEW_USER | NEW_NETWORK) == 0)
    except (OSError, AttributeError):
        return False


def step_back() -> None:
    """Lowest priority, and memory and time with an end."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, 19)
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_CPU, SECONDS)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)


def open_nothing_more() -> bool:
    """From here on no file, socket, pipe or process can be opened, namespaces or not: there is no number
    left for it. What was open stays. Says whether it holds."""
    _limit(resource.RLIMIT_NOFILE, 0)
    try:
        os.close(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        return True
    return False


def _limit(what: int, to: int) -> None:
    hard = resource.getrlimit(what)[1]
    to = to if hard == resource.RLIM_INFINITY else min(to, hard)
    resource.setrlimit(what, (to, to))
