"""SKIN: what turns HTTP into calls and answers into pages. Knows no room."""
