"""Sessions of a model: what they report, and a pool that lends idle ones to several threads."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
import weakref
from typing import Iterator, List, NamedTuple, Optional, Tuple

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


class SessionRequest(NamedTuple):
    """The options of a session, as the library takes them."""

    method: Optional[bytes] = None
    batch: int = 1
    height: int = 0
    width: int = 0
    threads: int = 0
    options: Optional[bytes] = None


def _decoded(text: bytes) -> str:
    return text.decode(errors="replace")


class Session:
    """A fovea_session with its description and its notes."""

    def __init__(self, model: Handle, request: SessionRequest) -> None:
        options = SessionOptions(
            ctypes.sizeof(SessionOptions),
            request.method,
            None,
            request.batch,
            request.height,
            request.width,
            request.threads,
            request.options,
        )
        handle = Handle("session", "session_create", model.pointer, ctypes.byref(options))
        self.info = SessionInfo()
        call("session_describe", handle.pointer, ctypes.byref(self.info))
        self.pointer = handle.pointer
        self._handle = handle
        self.notes = self._read_notes()

    def _read_notes(self) -> List[Note]:
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


_pools: "weakref.WeakSet[SessionPool]" = weakref.WeakSet()


def _renew_locks() -> None:
    """In a forked child: a lock that another thread of the parent held would never be given back."""
    for pool in _pools:
        pool._lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)


class LoadedFile:
    """A model's file in memory and the idle sessions of its network. Models that were unpickled share it."""

    def __init__(self, handle: Handle) -> None:
        self.handle = handle
        self.sessions = SessionPool(handle)
        self.sha256: Optional[str] = None
        self.is_preprocessing_assumed = False  # and not yet warned of
        self.is_shared = False

    def release(self) -> None:
        """Frees the memory, unless other models may use it."""
        if not self.is_shared:
            self.sessions.clear()
            self.handle.free()


class SessionPool:
    """Lends sessions of one model, each to one thread at a time. May be asked by several threads."""

    #: Sessions that are kept for later; of more, the one not used for longest goes.
    KEPT = 4

    def __init__(self, model: Handle) -> None:
        self._model = model
        self._lock = threading.Lock()
        _pools.add(self)
        self._idle: List[Tuple[SessionRequest, Session]] = []  # the one used last at the end

    @contextlib.contextmanager
    def lend(self, request: SessionRequest) -> Iterator[Session]:
        """A session with these options."""
        session = self._take(request) or Session(self._model, request)
        yield session
        # Not after an exception: what it left the session with is not worth the thought.
        with self._lock:
            self._idle.append((request, session))
            dropped = self._idle[: -self.KEPT]
            self._idle = self._idle[-self.KEPT :]
        del dropped

    def clear(self) -> None:
        """Drops all idle sessions."""
        with self._lock:
            dropped, self._idle = self._idle, []
        del dropped

    def _take(self, request: SessionRequest) -> Optional[Session]:
        with self._lock:
            for i in reversed(range(len(self._idle))):
                if self._idle[i][0] == request:
                    return self._idle.pop(i)[1]
        return None
