"""The verbs of the hall. Each file is one stretch of a dossier's way; nothing here commits."""
