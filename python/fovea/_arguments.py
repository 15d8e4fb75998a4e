"""Arguments are checked before they reach the library, where an integer of another width would become another number.
Every error names the argument."""

from __future__ import annotations

import json
import operator
import os
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Union

import numpy as np

from ._errors import InputError

Path = Union[str, "os.PathLike[str]"]
#: A class by its index or name.
Target = Union[int, str]
#: (height, width) in pixels.
Size = Tuple[int, int]
#: "own", (x0, y0, x1, y1) in the picture's pixels, or the path of a mask.
Region = Union[Path, Sequence[int], None]
#: The name of a convention, or its parts: preset, resize, crop, scale, mean, std, channel_order.
Preprocessing = Union[str, Mapping[str, Any]]
#: Names of the classes in the network's order, by index, or a file of them.
Labels = Union[Path, Sequence[str], Mapping[int, str]]

#: As fovea.h has them: options of a session.
MAX_THREADS = 1024
MAX_SIDE = 65536
#: Of what an int64 holds.
MAX_INDEX = 2**63 - 1

#: True for a bar of tqdm, where that is installed; or what is called with (done, total).
ProgressOption = Union[None, bool, Callable[[int, int], object]]

PREPROCESSING_FIELDS = ("preset", "resize", "crop", "scale", "mean", "std", "channel_order", "fit")


def integer(value: object, name: str, low: int, high: int) -> int:
    """`value` as an int from `low` to `high`. InputError for others, bool and floating point among them."""
    wrong = "{} is {!r}: expected an integer of {} to {}".format(name, value, low, high)
    if isinstance(value, (bool, np.bool_)):
        raise InputError(wrong)
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # of integers of any kind, NumPy's too
    except TypeError:
        raise InputError(wrong) from None
    if not low <= number <= high:
        raise InputError(wrong)
    return number


def text(value: object, name: str) -> Optional[bytes]:
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


def region_field(region: object) -> Optional[str]:
    """`region` as the library reads it: a text, or four whole numbers; None stays None."""
    if region is None or isinstance(region, str):
        return region
    if isinstance(region, os.PathLike):
        return os.fsdecode(region)
    if isinstance(region, (list, tuple)) and len(region) == 4:
        return ",".join(str(integer(side, "region[{}]".format(k), 0, 2**31)) for k, side in enumerate(region))
    raise InputError('region is {!r}: expected "own", (x0, y0, x1, y1) or a path'.format(region))


def targets_field(targets: object) -> Optional[List[str]]:
    """`targets`, one text or several, as a list; None stays None."""
    if targets is None or isinstance(targets, str):
        return None if targets is None else [targets]
    if not isinstance(targets, (list, tuple)) or not targets:
        raise InputError("targets is {!r}: expected a text or a list of texts".format(targets))
    return [required(target, "targets[{}]".format(k)).decode() for k, target in enumerate(targets)]


def required(value: object, name: str) -> bytes:
    """The same, but None is an InputError, too."""
    checked = text(value, name)
    if checked is None:
        raise InputError("{} is None: expected a text".format(name))
    return checked


def path(value: object, name: str) -> bytes:
    """A path as the library takes it. InputError for what is no path, or holds a zero byte."""
    if not isinstance(value, (str, bytes, os.PathLike)):
        raise InputError("{} is {!r}: expected a path".format(name, value))
    encoded = os.fsencode(value)
    if b"\0" in encoded:
        raise InputError("{} is {!r}: a path cannot hold a zero byte".format(name, value))
    return encoded


def path_text(value: object, name: str) -> str:
    """A path within JSON, which only has texts."""
    try:
        return path(value, name).decode()
    except UnicodeDecodeError:
        raise InputError("{} is {!r}: expected a path in UTF-8".format(name, value)) from None


def side_pair(size: object) -> Tuple[int, int]:
    """(height, width) of `size`, which is None or two integers; (0, 0) for None."""
    if size is None:
        return 0, 0
    try:
        sides = tuple(size)  # type: ignore[arg-type, var-annotated]
    except TypeError:
        sides = ()
    if len(sides) != 2:
        raise InputError("size is {!r}: expected (height, width)".format(size))
    return integer(sides[0], "size[0], the height,", 1, MAX_SIDE), integer(sides[1], "size[1], the width,", 1, MAX_SIDE)


def preprocessing_field(value: object) -> Union[None, str, Dict[str, Any]]:
    """The field "preprocessing" of JSON options."""
    if value is None:
        return None
    if isinstance(value, str):
        checked = text(value, "preprocessing")
        assert checked is not None
        return value
    if not isinstance(value, Mapping):
        raise InputError(
            "preprocessing is {!r}: expected a name, as torchvision, caffe, tf or none, or a dict with {}".format(
                value, ", ".join(PREPROCESSING_FIELDS)
            )
        )
    for field in value:
        if field not in PREPROCESSING_FIELDS:
            raise InputError(
                "preprocessing has {!r}: expected only {}".format(field, ", ".join(PREPROCESSING_FIELDS))
            )
    return {str(field): plain(part, "preprocessing[{!r}]".format(field)) for field, part in value.items()}


def labels_field(value: object) -> Union[None, str, List[str]]:
    """The field "labels" of JSON options."""
    if value is None:
        return None
    if isinstance(value, (str, os.PathLike)):
        return path_text(value, "labels")
    if isinstance(value, Mapping):
        names = {integer(index, "an index of labels", 0, 10**6 - 1): name for index, name in value.items()}
        value = [names.get(index, "class {}".format(index)) for index in range(max(names, default=-1) + 1)]
    if not isinstance(value, Sequence) and not isinstance(value, np.ndarray):
        raise InputError("labels is {!r}: expected a file, a list of names or a dict of them by index".format(value))
    names_in_order = list(value)
    for index, name in enumerate(names_in_order):
        if not isinstance(name, str) or text(name, "labels[{}]".format(index)) is None:
            raise InputError("labels[{}] is {!r}: expected a text".format(index, name))
    if not names_in_order:
        raise InputError("labels is empty: expected one name for each class")
    return [str(name) for name in names_in_order]


def progress_function(value: object, what: str) -> Optional[Callable[[int, int], object]]:
    """What to call with (done, total): nothing for None and False; for True a bar of tqdm, where that is installed."""
    if value is None or value is False:
        return None
    if value is True:
        return _bar(what)
    if not callable(value):
        raise InputError("progress is {!r}: expected True, or a function of (done, total)".format(value))
    return value


def _bar(what: str) -> Optional[Callable[[int, int], object]]:
    try:
        import importlib

        tqdm = importlib.import_module("tqdm.auto").tqdm
    except ImportError:
        return None
    bar: Any = None

    def show(done: int, total: int) -> None:
        nonlocal bar
        if bar is None:
            bar = tqdm(total=total, desc=what)
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return show


def plain(value: object, name: str) -> Any:
    """A value as JSON has it: numbers of NumPy become Python's, arrays and tuples lists."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise InputError("{} is {!r}: expected a finite number".format(name, value))
        return value
    if isinstance(value, os.PathLike):
        return path_text(value, name)
    if isinstance(value, (list, tuple)):
        return [plain(part, "{}[{}]".format(name, i)) for i, part in enumerate(value)]
    raise InputError("{} is {!r}: expected a number, a text or a list of them".format(name, value))


def options_json(fields: Mapping[str, object]) -> Optional[bytes]:
    """JSON options of the library; None stands for a field that is not given."""
    given = {}
    for name, value in fields.items():
        if value is None:
            continue
        given[name] = value if isinstance(value, dict) else plain(value, name)
    if not given:
        return None
    try:
        return json.dumps(given, allow_nan=False, sort_keys=True).encode()
    except (ValueError, UnicodeEncodeError) as error:
        raise InputError("an option cannot be used: {}".format(error)) from None
