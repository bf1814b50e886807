"""windlass's folders: `windlass` in each of those that the XDG Base Directory Specification gives the user.

By the specification, variables that hold relative paths are ignored.
"""

from __future__ import annotations

import os

from windlass.light import cache

__all__ = ["cache_folder", "data_folder", "state_folder"]


def cache_folder() -> str:
    """What can be made again: `$XDG_CACHE_HOME/windlass`."""
    return _folder(os.environ.get("XDG_CACHE_HOME"), os.environ.get("HOME"), ".cache")


def data_folder() -> str:
    """What is to stay: `$XDG_DATA_HOME/windlass`."""
    return _folder(os.environ.get("XDG_DATA_HOME"), os.environ.get("HOME"), ".local/share")


def state_folder() -> str:
    """What tells of the past: `$XDG_STATE_HOME/windlass`."""
    return _folder(os.environ.get("XDG_STATE_HOME"), os.environ.get("HOME"), ".local/state")


@cache
def _folder(chosen: str | None, home: str | None, usual: str) -> str:
    if chosen and os.path.isabs(chosen):
        return os.path.join(chosen, "windlass")
    if home is None or not os.path.isabs(home):
        home = _home_of_the_user()
    return os.path.join(home, usual, "windlass")


def _home_of_the_user() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:  # a user whom the host does not know
        return "/"
