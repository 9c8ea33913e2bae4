"""What stands in the way of a copy, by name: told to one person, and told no more once it is gone.

Each is the cause of a question about one copy; design.md §4, the table of questions. Most are *standing*:
whoever looks at the copy finds out whether it is still so, and the question closes by itself when it is not.
"""

from __future__ import annotations

CANNOT_TAKE_BACK = "cannot-take-back"
"""What may not be seen there is still there: that system refuses to take it away. To do."""

CANNOT_END = "cannot-end-there"
"""It is over here, and there is no way to end it there. To do."""

NO_TARGET = "no-target-there"
"""There is nothing there to propose it at. To do."""

CREATE_REFUSED = "create-refused"
"""That system says there is one already, and shows none. For the admin."""

LOST_CREATE = "lost-create"
"""Nobody knows whether a create landed, and nothing there can be looked up by what we sent. For the admin."""

POSSIBLY_OVERWRITTEN = "possibly-overwritten"
"""Somebody wrote between our look and our write, and what it was is not to be seen any more. To do."""

WRITTEN_BETWEEN = "written-in-between"
"""Every time we write, somebody has written since we read. A conflict, per unit."""

ENDED_THERE, REMOVED_THERE = "ended-there", "removed-there"
"""It is over there, or gone, and what we hold is not: it may not end this by itself. Ended."""

OVER_THERE = "over-there"
"""One of ours was found ended before anything in it agreed with what we hold. Ended."""

CHANGED_AFTER_END = "changed-after-end"
"""It is over here, and somebody there typed in it since. Ended."""

ANOTHER_CLIENT = "another-client"
"""The object is of another client than its agreement. Identity."""

OF_OURS = frozenset({CANNOT_TAKE_BACK, CANNOT_END, NO_TARGET, CREATE_REFUSED, LOST_CREATE})
"""Those that hold up what we would have there: the question shows that, and nothing that they say."""

STANDING = OF_OURS | {
    *(WRITTEN_BETWEEN, ENDED_THERE, REMOVED_THERE, OVER_THERE, CHANGED_AFTER_END, ANOTHER_CLIENT)
}
