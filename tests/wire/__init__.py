"""Real loopback servers that stand in for what the program talks to."""
