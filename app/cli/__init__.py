"""The command line `adept`: each command opens the store, calls one service and prints."""

from app.cli.entrance import main

__all__ = ["main"]
