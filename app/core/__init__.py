"""GROUND: what every room stands on. No HTTP, no ward."""
