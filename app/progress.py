"""How long work tells that it goes on: what is done, of how much."""

from collections.abc import Callable

Progress = Callable[[int, int], None]


def silent(_done: int, _of: int) -> None:
    """Show no progress."""
