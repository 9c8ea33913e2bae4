"""The reference connector: a family app with records. Copy it to begin your own."""
