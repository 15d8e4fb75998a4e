"""The exceptions of the module: one type for each status of fovea.h, with the library's own sentence as text."""

from __future__ import annotations

from typing import Dict, Type


class Error(Exception):
    """Base of all errors of fovea."""


class UsageError(Error):
    """A call that its object cannot do, for example a gradient by a method that has none."""


class ModelError(Error):
    """A model that cannot be read, is not valid, or uses something that fovea does not support."""


class InputError(Error, ValueError):
    """A picture, array, class or option that cannot be used."""


class OutputError(Error, OSError):
    """A file that cannot be written."""


class InternalError(Error):
    """A fault of fovea itself."""


class Cancelled(Error):
    """The work was ended by its progress function."""


#: By fovea_status; 0 is success.
BY_STATUS: Dict[int, Type[Exception]] = {
    1: UsageError,
    2: ModelError,
    3: InputError,
    4: OutputError,
    5: MemoryError,
    6: InternalError,
    7: Cancelled,
}
