"""Where a library writes a file that is sent while it is being written: forward only, and emptied again and again."""

from __future__ import annotations


class Sink:
    """A file object that keeps what was written until it is taken."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._at = 0

    def write(self, data: bytes) -> int:
        """Keep the bytes; how many they were."""
        self._pieces.append(bytes(data))
        self._at += len(data)
        return len(data)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken, self._pieces = b"".join(self._pieces), []
        return taken

    def tell(self) -> int:
        """Bytes written so far."""
        return self._at

    def writable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is not: what was written may be on its way already."""
        return False

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing more will come."""
        self.closed = True
