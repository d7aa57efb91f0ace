"""The verbs of help. Each file is one stretch of its way; nothing here commits."""
