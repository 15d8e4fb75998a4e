"""Results of the library by their names, as NumPy arrays and texts of their own."""

from __future__ import annotations

import ctypes
import json
import signal
import threading
from typing import Any, Callable, List, Optional, TypeVar

import numpy as np
from numpy.typing import NDArray

from ._arguments import progress_function
from ._errors import InputError
from ._library import Array, Handle, Progress, call

_T = TypeVar("_T")
_TYPES = (np.uint8, np.int64, np.float32, np.float64)
NO_PROGRESS = Progress(0)


def copy_array(array: Array) -> NDArray[Any]:
    """The elements of an array that belongs to the library."""
    kind: np.dtype[Any] = np.dtype(_TYPES[array.type])
    shape = tuple(array.shape[: array.rank])
    count = int(np.prod(shape, dtype=np.int64))
    if count == 0:
        return np.empty(shape, kind)
    buffer = (ctypes.c_uint8 * (count * kind.itemsize)).from_address(array.data)
    elements: NDArray[Any] = np.frombuffer(memoryview(buffer), kind).reshape(shape).copy()
    return elements


class Result:
    """The fovea_result of a call."""

    def __init__(self, function: str, *arguments: Any) -> None:
        self._handle = Handle("result", function, *arguments)

    def array(self, name: str) -> NDArray[Any]:
        array = Array()
        call("result_array", self._handle.pointer, name.encode(), ctypes.byref(array))
        return copy_array(array)

    def array_or_none(self, name: str) -> Optional[NDArray[Any]]:
        try:
            return self.array(name)
        except InputError:
            return None

    def integer(self, name: str) -> int:
        return int(self.array(name))

    def number(self, name: str) -> float:
        return float(self.array(name))

    def text(self, name: str) -> str:
        value = ctypes.c_char_p()
        call("result_text", self._handle.pointer, name.encode(), ctypes.byref(value))
        return (value.value or b"").decode(errors="replace")

    def json(self, name: str) -> Any:
        return json.loads(self.text(name))

    def texts(self, name: str) -> List[str]:
        return [str(text) for text in self.json(name)]


class ProgressCall:
    """A call that reports progress: `callback` is for the library. Ctrl-C, and what the caller's function raises, end
    the work; `run` raises it again, since no exception can cross the library."""

    def __init__(self, progress: object, what: str) -> None:
        self._function: Optional[Callable[[int, int], object]] = progress_function(progress, what)
        self._raised: List[BaseException] = []
        self._is_interrupted = False
        self.callback = Progress(self._report)

    def _report(self, done: int, total: int, _: object) -> int:
        try:
            if self._function and not self._is_interrupted:
                self._function(done, total)
        except BaseException as error:
            self._raised.append(error)
        return 1 if self._raised or self._is_interrupted else 0

    def _interrupt(self, number: int, frame: object) -> None:
        self._is_interrupted = True

    def run(self, body: Callable[[], _T]) -> _T:
        # Python's own handler could raise where ctypes would swallow it: on the way into or out of the callback.
        own = threading.current_thread() is threading.main_thread()
        own = own and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if own:
            signal.signal(signal.SIGINT, self._interrupt)
        try:
            result = body()
        except Exception:
            if not self._raised and not self._is_interrupted:
                raise
        finally:
            if own:
                signal.signal(signal.SIGINT, signal.default_int_handler)
        if self._is_interrupted:
            raise KeyboardInterrupt
        if self._raised:
            raise self._raised[0]
        return result
