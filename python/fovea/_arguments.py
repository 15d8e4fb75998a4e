"""Arguments are checked before they reach the library, where an integer of another width would become another number."""

import operator

import numpy as np

from ._errors import InputError

#: As fovea.h has them: options of a session.
MAX_THREADS = 1024
MAX_SIDE = 65536
#: Of what an int64 holds.
MAX_INDEX = 2**63 - 1


def integer(value, name, low, high):
    """`value` as an int from `low` to `high`. InputError for others, bool and floating point among them."""
    wrong = "{} is {!r}: expected an integer of {} to {}".format(name, value, low, high)
    if isinstance(value, (bool, np.bool_)):
        raise InputError(wrong)
    try:
        number = operator.index(value)  # of integers of any kind, NumPy's too
    except TypeError:
        raise InputError(wrong) from None
    if not low <= number <= high:
        raise InputError(wrong)
    return number


def text(value, name):
    """`value` as UTF-8 bytes; None stays None. InputError for what is no text, or holds a zero character."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise InputError("{} is {!r}: expected a text".format(name, value))
    if "\0" in value:
        raise InputError("{} is {!r}: a zero character ends no name".format(name, value))
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise InputError("{} is {!r}: not a text that has an encoding".format(name, value)) from None


def side_pair(size):
    """(height, width) of `size`, which is None or two integers; (0, 0) for None."""
    if size is None:
        return 0, 0
    try:
        height, width = size
    except (TypeError, ValueError):
        raise InputError("size is {!r}: expected (height, width)".format(size)) from None
    return integer(height, "size[0], the height,", 1, MAX_SIDE), integer(width, "size[1], the width,", 1, MAX_SIDE)
