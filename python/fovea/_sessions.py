"""Sessions that are not in use, so that a model may be asked by several threads and again and again."""

import contextlib
import ctypes
import os
import threading
import weakref

from ._arguments import text
from ._library import Handle, SessionInfo, SessionOptions, call


class Session:
    """A fovea_session and what it says of itself."""

    def __init__(self, model, method, preprocessing, batch, height, width, threads):
        options = SessionOptions(
            ctypes.sizeof(SessionOptions),
            text(method, "method"),
            text(preprocessing, "preprocessing"),
            batch,
            height,
            width,
            threads,
        )
        handle = Handle("session", "session_create", model.pointer, ctypes.byref(options))
        self.info = SessionInfo()
        call("session_describe", handle.pointer, ctypes.byref(self.info))
        self.pointer = handle.pointer
        self._handle = handle


_pools = weakref.WeakSet()


def _renew_locks():
    """In a forked child: a lock that another thread of the parent held would never be given back."""
    for pool in _pools:
        pool._lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)


class SessionPool:
    """Lends sessions of one model, each to one thread at a time. May be asked by several threads."""

    #: Sessions that are kept for later; of more, the one not used for longest goes.
    KEPT = 4

    def __init__(self, model):
        self._model = model
        self._lock = threading.Lock()
        _pools.add(self)
        self._idle = []  # of (options, session), the one used last at the end

    @contextlib.contextmanager
    def lend(self, *options):
        """A session with these options: those of Session, after the model."""
        session = self._take(options) or Session(self._model, *options)
        yield session
        # Not after an exception: what it left the session with is not worth the thought.
        with self._lock:
            self._idle.append((options, session))
            dropped = self._idle[: -self.KEPT]
            self._idle = self._idle[-self.KEPT :]
        del dropped

    def _take(self, options):
        with self._lock:
            for i in reversed(range(len(self._idle))):
                if self._idle[i][0] == options:
                    return self._idle.pop(i)[1]
        return None
