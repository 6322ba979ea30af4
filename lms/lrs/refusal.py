"""Refusing a request: the status the standard asks for, what is wrong and where."""

from __future__ import annotations


class RefusalError(Exception):
    """A request that is not done. Nothing has been stored."""

    def __init__(self, status: int, reason: str, where: str = "", **headers: str) -> None:
        super().__init__(f"{where}: {reason}" if where else reason)
        self.status = status
        self.reason = reason
        self.where = where
        """JSON path, parameter or header at fault."""
        self.headers = headers
