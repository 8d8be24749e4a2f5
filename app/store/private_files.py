"""Files that hold secrets: for their owner alone, and never seen half written."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from app import ambient


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file of mode 0600 that takes the name of `path` once it is whole and on disk."""
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))
    part = path.with_name(f".{path.name}.{ambient.fresh_id()}.part")
    part.touch(mode=0o600, exist_ok=False)
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Put the name on disk too, or a power cut could take it back."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
