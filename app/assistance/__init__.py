"""AID: helpers who act for a citizen, their mandates (giấy nhờ giúp), their sessions. Knows a dossier by its code alone."""
