"""Sessions of a model: what they report, and a pool that lends idle ones to several threads."""

import contextlib
import ctypes
import os
import threading
import weakref
from typing import NamedTuple, Tuple

from ._arguments import text
from ._library import Handle, NoteRow, SessionInfo, SessionOptions, call


class Note(NamedTuple):
    """Something about a model or about how it was compiled that a user should know.

    Attributes:
        kind: "scores-before-activation", "rule-acted", ...; docs/notes.md lists the kinds.
        counts: numbers, whose meaning depends on the kind.
        names: names, whose meaning depends on the kind.
        text: the note as an English sentence without a full stop.
    """

    kind: str
    counts: Tuple[int, ...]
    names: Tuple[str, ...]
    text: str


def _decoded(text):
    return text.decode(errors="replace")


class Session:
    """A fovea_session with its description and its notes."""

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
        self.notes = self._read_notes()

    def _read_notes(self):
        rows = ctypes.POINTER(NoteRow)()
        count = ctypes.c_size_t()
        call("session_notes", self.pointer, ctypes.byref(rows), ctypes.byref(count))
        return [
            Note(
                _decoded(row.kind),
                tuple(row.counts[: row.counts_size]),
                tuple(map(_decoded, row.names[: row.names_size])),
                _decoded(row.text),
            )
            for row in rows[: count.value]
        ]


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
