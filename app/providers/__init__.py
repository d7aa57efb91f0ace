"""DOORS to the outside world: a Protocol for each kind, memory.py for development, a file for each vendor."""
