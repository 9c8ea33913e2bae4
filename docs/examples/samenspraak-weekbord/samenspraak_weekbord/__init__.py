"""A connector for the week board: an example in a distribution of its own."""
