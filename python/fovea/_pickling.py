"""Models in other processes: what pickle carries of one, and the models that a process keeps for what it unpickles."""

from __future__ import annotations

import collections
import hashlib
import json
import os
import socket
import threading
from typing import TYPE_CHECKING, NamedTuple, Optional, Type, TypeVar

from ._errors import Error, ModelError

if TYPE_CHECKING:
    from ._opened import OpenedModel

_Model = TypeVar("_Model", bound="OpenedModel")


class PickledModel(NamedTuple):
    """A model without its weights.

    arguments: those of `Model`, as JSON: path is absolute, the name of a network, or null for the bundled one, wherever
    that is installed. sha256: `Model.sha256`. labels: a digest of the classes' names and WordNet ids. preprocessing:
    `Model.preprocessing` as JSON. The last two may come from files beside the network's.
    """

    arguments: str
    sha256: str
    labels: str
    preprocessing: str


def pickled_form(model: OpenedModel) -> PickledModel:
    """UsageError for a closed model; ModelError where its file was modified since it was read."""
    arguments = model._arguments
    if arguments["path"] == _bundled_path():
        arguments = {**arguments, "path": None}
    return PickledModel(
        json.dumps(arguments, sort_keys=True),
        model.sha256,
        hashlib.sha256(json.dumps([model.labels, model.wordnet_ids]).encode()).hexdigest(),
        json.dumps(model.preprocessing, sort_keys=True),
    )


#: Models that a process keeps; of more, the least recently used goes, once nothing holds it.
KEPT = 4
_kept: "collections.OrderedDict[PickledModel, OpenedModel]" = collections.OrderedDict()
_lock = threading.Lock()


def _renew_lock() -> None:
    """In a forked child, whose parent may have held it in another thread."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def unpickle(kind: Type[_Model], form: PickledModel) -> _Model:
    """The model that was pickled. It reads its file when it is first used: a scheduler that only passes it on needs
    no file, and an error comes where it can be handled, not out of the middle of a queue."""
    model = kind.__new__(kind)
    model.__dict__["_pickled"] = form
    return model


def shared_model(form: PickledModel) -> OpenedModel:
    """The model whose file and sessions all share that were unpickled: a process reads the file once, and compiles it
    once for each method. ModelError where the file is missing here, or another one."""
    with _lock:
        kept = _kept.pop(form, None) or _load(form)
        _kept[form] = kept  # at the end
        dropped = [_kept.popitem(last=False) for _ in range(len(_kept) - KEPT)]
    del dropped
    return kept


def _load(form: PickledModel) -> OpenedModel:
    from ._opened import OpenedModel, bundled_model_path

    arguments = json.loads(form.arguments)
    try:
        arguments["path"] = arguments["path"] or bundled_model_path()
        model = OpenedModel(**arguments)
        found = pickled_form(model)
    except Error as error:
        raise _refusal(str(error)) from None
    for part, what in (("sha256", "is another file"), ("labels", "has other labels"), ("preprocessing", "is preprocessed otherwise")):
        here, there = getattr(found, part), getattr(form, part)
        if here != there:
            raise _refusal("{} {} here: {} {}, expected {}".format(arguments["path"], what, part, here, there))
    model._loaded.is_shared = True
    return model


def _bundled_path() -> Optional[str]:
    from ._opened import bundled_model_path

    try:
        return bundled_model_path()
    except Error:
        return None


def _refusal(reason: str) -> ModelError:
    return ModelError(
        "a pickled model cannot be opened on {}: {}; pickle carries the path and the digest of a model's file, not the "
        "weights: the same file must be there on every machine".format(socket.gethostname(), reason)
    )
