"""Runs only in the limited child (app.providers.decoder): the one place where strangers' pictures are decoded."""
