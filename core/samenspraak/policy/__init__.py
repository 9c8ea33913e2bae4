"""What should happen: pure decisions as functions of values. No I/O, no clock, no framework."""
