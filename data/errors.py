"""What can go wrong, as nouns a user can act on.

::

    QuanyuError                 everything below; the command line prints it as one sentence
    ├── ConfigError             the configuration file is wrong: says where and what is expected
    ├── FileRejected            a whole file was refused; carries a code of data.codes
    ├── SelectionError          an address or ``ask`` selection cannot be read
    ├── UnknownIndicator        no indicator of that key
    ├── DefinitionError         a definition file is wrong or not in this snapshot
    ├── StoreError              the store cannot be used
    │   ├── NoSnapshot          nothing has been published, or the id is not in the store
    │   │   └── SnapshotRetired it was there and was removed by retention
    │   ├── SnapshotRefused     a snapshot's hash, size, schema or path is wrong
    │   ├── StoreBusy           another build is running
    │   └── StoreFull           no space is left for what had to be written
    └── QueryTimeout            a question took longer than the time limit
"""

from __future__ import annotations


class QuanyuError(Exception):
    """Base of all errors this project raises on purpose. ``str(error)`` is a full sentence."""


class ConfigError(QuanyuError):
    """The configuration is wrong."""


class FileRejected(QuanyuError):
    """A whole file was refused.

    Parameters
    ----------
    code
        A file code of :mod:`data.codes`, e.g. ``E_ENCODING``.
    message
        What was expected, what was found, what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class SelectionError(QuanyuError):
    """A selection cannot be read."""


class UnknownIndicator(QuanyuError):
    """No indicator of that key."""


class DefinitionError(QuanyuError):
    """A definition (口径) is wrong or missing."""


class StoreError(QuanyuError):
    """The store cannot be used."""


class NoSnapshot(StoreError):
    """There is no such snapshot, or none at all."""


class SnapshotRetired(NoSnapshot):
    """The snapshot was in the store and was removed by retention."""


class SnapshotRefused(StoreError):
    """A snapshot failed verification and is not served."""


class StoreBusy(StoreError):
    """Another process is building into this store."""


class StoreFull(StoreError):
    """There is no space left for what had to be written."""


class QueryTimeout(QuanyuError):
    """A question took longer than allowed."""
