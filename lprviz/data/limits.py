"""How much a reader accepts before it says that a file is too large."""

from __future__ import annotations

from dataclasses import dataclass

from lprviz.errors import DataError

_MB = 1024 * 1024


@dataclass(frozen=True)
class ReadLimits:
    """Upper bounds on what one call of a reader may take in. The defaults suit a file from a stranger.

    Attributes
    ----------
    file_bytes : int
        Size of a file as it comes, compressed or not.
    expanded_bytes : int
        Size of everything after decompression, all members of an archive together.
    line_bytes : int
        Length of a single line of text.
    structures, environments : int
        Number of structures, and of atoms in all of them together.
    archive_members : int
        Number of structure files inside one archive.
    """

    file_bytes: int = 64 * _MB
    expanded_bytes: int = 256 * _MB
    line_bytes: int = _MB
    structures: int = 20_000
    environments: int = 200_000
    archive_members: int = 100

    @classmethod
    def local(cls) -> ReadLimits:
        """Wider limits, for files that the user names by path on the same machine."""
        return cls(4096 * _MB, 8192 * _MB, 16 * _MB, 500_000, 5_000_000, 1_000)

    def check_file_size(self, size: int, name: str) -> None:
        """Raise DataError when a file of ``size`` bytes is too large to be opened."""
        if size > self.file_bytes:
            raise DataError(
                f"{name} is too large: {size / _MB:.0f} MB, and {self.file_bytes / _MB:.0f} MB is the limit.",
                "Split it, keep fewer structures, or compress it.",
            )

    def check_counts(self, structures: int, environments: int, name: str) -> None:
        """Raise DataError when a reader has met more structures or atoms than allowed."""
        if structures > self.structures:
            raise DataError(
                f"{name} holds more than {self.structures} structures.",
                "Keep fewer, for instance every tenth with file.xyz@::10.",
            )
        if environments > self.environments:
            raise DataError(
                f"{name} holds more than {self.environments} atoms.",
                "Keep fewer structures, for instance every tenth with file.xyz@::10.",
            )
