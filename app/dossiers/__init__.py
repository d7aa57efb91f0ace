"""THE HALL (hồ sơ): dossiers from the first answer to the archive."""
