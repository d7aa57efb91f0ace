"""PEOPLE: agencies, staff, roles, sign-in and sessions. The citizen has no account (ruling 8)."""
