"""The verbs of money. Each file is one stretch of its way; nothing here commits."""
