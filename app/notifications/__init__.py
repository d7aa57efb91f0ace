"""Messages to people (tin nhắn): an outbox of rows, sent by jobs, from versioned texts."""
