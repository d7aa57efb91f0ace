"""What the tests stand on: databases, servers, browsers, the checks of the house."""
