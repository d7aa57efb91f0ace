"""Demonstration data: a ward at work for two months, made through the services under a moved clock."""
