"""The candidate's pages: plain HTML, no script."""
