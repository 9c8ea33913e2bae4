"""What an agreement is: values and rules, no I/O, no clock, no framework."""
