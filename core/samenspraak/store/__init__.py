"""What is kept: SQLAlchemy rows inside, frozen values outside, one unit of work at a time."""
