"""What the network says of a picture: its classes, and maps of what they depend on."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

import numpy as np
from numpy.typing import NDArray

from ._arguments import text
from ._library import Array, Handle, MapInfo, call
from ._pictures import Picture, PictureArray
from ._results import Result, copy_array
from ._sessions import Note

_VIEWS = {"photo": 0, "heat": 1, "overlay": 2}


def label_of(labels: Sequence[str], index: int) -> str:
    return labels[index] if index < len(labels) else "class {}".format(index)


def known(number: float) -> Optional[float]:
    """None for NaN, which stands for a probability that the network does not have."""
    return None if math.isnan(number) else float(number)


def probability_text(probability: Optional[float]) -> str:
    return "" if probability is None else ", probability {:.3f}".format(probability)


class Rect(NamedTuple):
    """A rectangle in pixels: `x`, `y` of its top left corner, `width` and `height`."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Prediction:
    """A class of a picture: `index`, `label`, unnormalised `score`, and `probability`, 0 to 1, None without one."""

    index: int
    label: str
    score: float
    probability: Optional[float]


class Classification:
    """The class scores of a picture.

    Attributes:
        scores: float64 [classes], unnormalised (logits).
        probabilities: float64 [classes], 0 to 1; None where the network has none (activation="none").
        best: list of Prediction, best first.
        notes: list of Note.
    """

    def __init__(
        self,
        scores: NDArray[np.float64],
        probabilities: Optional[NDArray[np.float64]],
        best: List[Prediction],
        notes: List[Note],
    ) -> None:
        self.scores = scores
        self.probabilities = probabilities
        self.best = best
        self.notes = notes

    @property
    def target(self) -> int:
        """The index of the best class."""
        return self.best[0].index

    @property
    def label(self) -> str:
        """The name of the best class."""
        return self.best[0].label

    @property
    def probability(self) -> Optional[float]:
        """The probability of the best class."""
        return self.best[0].probability

    def __str__(self) -> str:
        width = max(len(guess.label) for guess in self.best)
        lines = []
        for guess in self.best:
            value = guess.score if guess.probability is None else guess.probability
            bar = "" if guess.probability is None else "█" * round(20 * guess.probability)
            lines.append("{:<{}}  {:.3f}  {}".format(guess.label, width, value, bar).rstrip())
        return "\n".join(lines)

    def __repr__(self) -> str:
        return "<Classification: {!r}{}>".format(self.label, probability_text(self.probability))


class Explanation(Picture):
    """Where in a picture the score of a class depends on the pixels.

    Attributes:
        method: name of the method.
        map: float32 [H,W], in pixels of the picture as it was resized for the network. Not negative.
        target: index of the class that is explained.
        label: its name.
        score: its unnormalised score.
        probability: of the class, 0 to 1; None where the network has none (activation="none").
        against: index of the class whose score was subtracted; None: none.
        notes: list of Note, those of `Model.notes` for the method that was used.
        region: Rect of the part that the map covers, in the picture's own pixels.
    """

    def __init__(self, handle: Handle, labels: Sequence[str], notes: List[Note], against: Optional[int] = None) -> None:
        self._handle = handle
        self._labels = labels
        #: The options that the map was made with, for captions of figures.
        self._options: Dict[str, Any] = {}
        self.notes = notes
        info = MapInfo()
        call("map_describe", handle.pointer, ctypes.byref(info))
        self.map: NDArray[np.float32] = np.empty((info.height, info.width), np.float32)
        data = self.map.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        call("map_values", handle.pointer, data, self.map.size)
        method = ctypes.c_char_p()
        call("map_method", handle.pointer, ctypes.byref(method))
        self.method = (method.value or b"").decode()
        self.target = int(info.target)
        self.label = label_of(labels, self.target)
        self.score = float(info.score)
        self.probability = known(info.probability)
        self.against = against
        self.region = Rect(info.region_x, info.region_y, info.region_width, info.region_height)
        self._title = self.label if self.probability is None else "{} {:.0%}".format(self.label, self.probability)

    @property
    def best(self) -> List[Prediction]:
        """The five best guesses for the picture, best first."""
        result = Result("map_guesses", self._handle.pointer)
        rows = zip(result.array("classes"), result.array("scores"), result.array("probabilities"))
        return [
            Prediction(int(index), label_of(self._labels, int(index)), float(score), known(probability))
            for index, score, probability in rows
        ]

    @property
    def relevance(self) -> NDArray[np.float32]:
        """The signed relevance that the map was made from: float32 [C,H,W], channels in the network's order; for the
        method "gradient" in units of score per unit of network input. C is 1 where the channels share it."""
        array = Array()
        call("map_relevance", self._handle.pointer, ctypes.byref(array))
        return copy_array(array)

    @property
    def seen(self) -> PictureArray:
        """The part of the picture that the map covers, pixel for pixel: uint8 [H,W,3]."""
        return self._view("photo", None, 99.0, 1.0)

    @property
    def photo(self) -> PictureArray:
        """The same as `seen`."""
        return self.seen

    def heat(self, colormap: str = "inferno", percentile: float = 99.0, gamma: float = 1.0) -> PictureArray:
        """The map in colours, uint8 [H,W,3].

        colormap: inferno, viridis, turbo, magma, jet, hot or grey. percentile: of the map's values, which has the last
        of the colours, 0 to 100. gamma: the brightness is (value / that value) ** gamma. InputError for others.
        """
        return self._view("heat", colormap, percentile, gamma)

    def overlay(self, colormap: str = "inferno", percentile: float = 99.0, gamma: float = 1.0) -> PictureArray:
        """Those colours laid over the picture, uint8 [H,W,3]. Arguments as for `heat`."""
        return self._view("overlay", colormap, percentile, gamma)

    def _view(self, view: str, colormap: Optional[str], percentile: float, gamma: float) -> PictureArray:
        rgb: PictureArray = np.empty(self.map.shape + (3,), np.uint8)
        name = text(colormap, "colormap")
        data = rgb.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        call("map_view_with", self._handle.pointer, _VIEWS[view], name, float(percentile), float(gamma), data, rgb.size)
        return rgb

    def _picture(self) -> PictureArray:
        return self.overlay()

    def __repr__(self) -> str:
        return "<Explanation of {!r} by {}{}, {}x{}>".format(
            self.label, self.method, probability_text(self.probability), self.map.shape[1], self.map.shape[0]
        )


def explanations(
    pointers: Any, labels: Sequence[str], notes: List[Note], against: Optional[int]
) -> List[Explanation]:
    """Takes over the fovea_maps of one call."""
    handles = [Handle.of("map", pointer) for pointer in pointers]
    return [Explanation(handle, labels, notes, against) for handle in handles]
