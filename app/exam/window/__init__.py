"""When an exam can be sat, and what the board may do with it next."""
