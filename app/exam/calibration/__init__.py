"""From a window's responses to parameters that the board accepts."""
