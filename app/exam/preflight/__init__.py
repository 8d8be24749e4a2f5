"""What a simulation of an exam says before a window opens."""
