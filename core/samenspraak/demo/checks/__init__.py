"""What came of it, looked at from outside. Every function gives what should be seen and whether it is."""
