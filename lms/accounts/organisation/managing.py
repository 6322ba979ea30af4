"""Who counts as a manager."""

from __future__ import annotations


def counts_as_manager(stated: bool | None, group_counts: bool | None, leads_someone: bool) -> bool:
    """What the list says of the person; else what holds for their job group; else whether anyone has them as manager.

    `stated` is None where the list says nothing, `group_counts` where the person is in no job group.
    """
    if stated is not None:
        return stated
    return group_counts if group_counts is not None else leads_someone
