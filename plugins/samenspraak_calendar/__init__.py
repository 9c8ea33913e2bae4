"""Calendar feeds (iCalendar, RFC 5545) for people and for locations."""
