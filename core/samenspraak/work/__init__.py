"""Doing what is due: the runner only wakes, the rows of the store are the truth."""
