"""What all pages of the board share: session, frame, tables, charts, words, sign-in."""
