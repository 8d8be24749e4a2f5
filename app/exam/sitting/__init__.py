"""One candidate at one paper: what happens, by when, and its proof."""
