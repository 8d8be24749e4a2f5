"""The stylesheet that makes the countdown tick, and shows Save and finish at the deadline."""

from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

JITTER_SECONDS = 30

# `--clock` is "inline" only where @property works, for only there an integer can be animated.
_TICKING = """\
@property --clock {{ syntax: "*"; inherits: false; initial-value: inline; }}
@property --left {{ syntax: "<integer>"; inherits: true; initial-value: {whole}; }}
@supports (width: round(down, 9px, 2px)) {{
  .countdown {{
    display: var(--clock, none);
    animation: tick {whole}s steps({whole}) {delay:.3f}s both;
    counter-reset:
      hours round(down, var(--left) / 3600, 1)
      minutes round(down, mod(var(--left), 3600) / 60, 1)
      seconds mod(var(--left), 60);
  }}
  .countdown::after {{
    content: counter(hours) ":" counter(minutes, decimal-leading-zero) ":"
      counter(seconds, decimal-leading-zero);
  }}
}}
@keyframes tick {{ from {{ --left: {whole}; }} to {{ --left: 0; }} }}
"""

_REVEALING = """\
.at-deadline {{ animation: reveal 1ms linear {left:.3f}s both; }}
@keyframes reveal {{
  from {{ visibility: hidden; max-height: 0; padding-block: 0; border-width: 0; }}
  to {{ visibility: visible; max-height: 60rem; padding-block: 16px; border-width: 3px; }}
}}
"""


def stylesheet(left: timedelta) -> str:
    """Return the clock of a page whose deadline is `left` away."""
    seconds = max(left.total_seconds(), 0.0)
    whole = max(ceil(seconds), 1)
    ticking = _TICKING.format(whole=whole, delay=seconds - whole)
    return ticking + _REVEALING.format(left=seconds)


def left(until: int, at: datetime) -> timedelta:
    """Return the time left until an instant given in milliseconds of the epoch."""
    return timedelta(milliseconds=until) - timedelta(seconds=at.timestamp())


def refresh_after(sitting: str, save_until: datetime, at: datetime) -> int:
    """Return in how many seconds a page may leave by itself: when nothing can be saved any more.

    The sitting's id spreads a cohort over half a minute, for else all would arrive in one second.
    """
    jitter = int.from_bytes(sha256(sitting.encode()).digest()[:4]) % JITTER_SECONDS
    left = (save_until - at).total_seconds()
    return max(ceil(left), 0) + 1 + jitter
