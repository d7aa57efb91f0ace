"""Tests. ``make test`` runs them all; ``pytest --database postgresql`` those with a database, on PostgreSQL."""
