"""Acting on what policy decided: read a copy, plan, commit, write, confirm."""
