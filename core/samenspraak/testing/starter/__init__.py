"""A connector to begin with, for a noticeboard that does not exist: `samenspraak kit new` copies it."""
