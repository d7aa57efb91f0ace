"""``python -m app.serve``: everything that runs, started, kept and stopped together (roof)."""
