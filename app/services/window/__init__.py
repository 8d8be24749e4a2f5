"""Planning, opening, closing and extending windows, and what the board sees of them."""
