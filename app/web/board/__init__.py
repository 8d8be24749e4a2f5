"""The board's pages: plain HTML, no script."""
