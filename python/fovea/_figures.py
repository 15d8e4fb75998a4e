"""Figures with words around the pictures, and what a newcomer wants to see of one picture."""

from __future__ import annotations

import ctypes
import os
import pathlib
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence

from ._arguments import Path, options_json, path_text
from ._errors import InputError
from ._explanation import Explanation, Prediction
from ._library import Handle
from ._pictures import Picture, PictureArray, as_picture, to_pixels
from ._results import Result


class Figure(Picture):
    """A labelled figure: shown in notebooks by itself, elsewhere by `show`, written by `save`."""

    def __init__(self, draw: Callable[[Dict[str, Any]], Result], dpi: Optional[float]) -> None:
        self._draw = draw
        self._dpi = dpi
        self._drawn: Optional[Result] = None

    def _result(self) -> Result:
        if self._drawn is None:
            self._drawn = self._draw({"dpi": self._dpi})
        return self._drawn

    @property
    def pixels(self) -> PictureArray:
        """The figure as a picture, uint8 [H,W,3]."""
        return self._picture()

    def _picture(self) -> PictureArray:
        picture: PictureArray = self._result().array("picture")
        return picture

    def _repr_png_(self) -> bytes:
        return self._result().array("bytes").tobytes()

    def save(self, path: Path, dpi: Optional[float] = None) -> None:
        """Writes the figure by the ending of the path: .png, .jpg, .svg or .pdf.

        dpi: pixels per inch, 24 to 1200; None: that of the figure, else 144 for PNG and JPEG, and 300 for the photos and
        maps in SVG and PDF. InputError for another ending or resolution; OutputError.
        """
        self._draw({"path": path_text(path, "path"), "dpi": self._dpi if dpi is None else dpi})

    def __repr__(self) -> str:
        return "<Figure of {1}x{0} pixels>".format(*self._picture().shape)


class PhotoExplanation(Picture):
    """What `Model.explain` gives: the best guesses for a picture, where they lie, and what was assumed.

    Attributes:
        best: list of the five best Predictions, best first.
        maps: list of Explanation: by Grad-CAM, which is easy to read, and by the gradient; by the gradient alone for a
            network without a layer that has positions.
        figure: the Figure of the picture and the maps.
        assumptions: dict: network (path, name, bundled), preprocessing, preprocessing_source, preprocessing_assumed.
    """

    def __init__(self, maps: List[Explanation], figure: Figure, assumptions: Dict[str, Any], told: str) -> None:
        self.maps = maps
        self.best: List[Prediction] = maps[0].best
        self.figure = figure
        self.assumptions = assumptions
        self._told = told

    @property
    def target(self) -> int:
        """The index of the class that is explained."""
        return self.maps[0].target

    @property
    def label(self) -> str:
        """The name of the class that is explained."""
        return self.maps[0].label

    @property
    def probability(self) -> Optional[float]:
        """Its probability, 0 to 1; None where the network has none."""
        return self.maps[0].probability

    def _picture(self) -> PictureArray:
        return self.figure.pixels

    def _repr_png_(self) -> bytes:
        return self.figure._repr_png_()

    def save(self, path: Path, dpi: Optional[float] = None) -> None:
        """Writes the figure: see Figure.save."""
        self.figure.save(path, dpi)

    def __str__(self) -> str:
        lines = []
        for guess in self.best:
            value = "score {:.3f}".format(guess.score)
            if guess.probability is not None:
                value = "{:7.2f} %".format(100 * guess.probability)
            lines.append("  {}  {}".format(value, guess.label))
        return "\n".join(lines) + "\n" + self._told.rstrip("\n")

    def __repr__(self) -> str:
        return "<PhotoExplanation of {!r} by {}>".format(self.label, ", ".join(one.method for one in self.maps))


class PreprocessingTrial(NamedTuple):
    """What a network makes of a few pictures that are prepared by one `preset`.

    certainty: mean probability of the class that twelve views of a picture agree on, 0 to 1. agreement: share of the
    views whose best guess is their picture's, 0 to 1. classes: number of different best guesses of the pictures.
    largest_share: share of the pictures with the most frequent one, 0 to 1. sane: whether these are the scores of a
    network that works.
    """

    preset: str
    certainty: float
    agreement: float
    classes: int
    largest_share: float
    sane: bool


class PreprocessingAdvice:
    """What `Model.try_preprocessing` gives.

    Attributes:
        trials: list of PreprocessingTrial, one for each preset.
        recommended: the name of a preset; None where the pictures do not tell, or the file says it itself.
        reason: a sentence.
        failures: list of sentences on pictures that cannot be read.
    """

    def __init__(self, result: Result) -> None:
        advice = result.json("advice")
        self.trials = [PreprocessingTrial(**trial) for trial in advice["trials"]]
        self.recommended: Optional[str] = advice["recommended"]
        self.reason: str = advice["reason"]
        self.failures = result.texts("failures")
        self._text = result.text("text")

    def __str__(self) -> str:
        return self._text.rstrip("\n")

    def __repr__(self) -> str:
        return "<PreprocessingAdvice: {}>".format(self.recommended or "none")


def picture_name(image: Any) -> Optional[str]:
    """The file's name of a picture that is given by its path, for captions."""
    return pathlib.Path(os.fsdecode(image)).name if isinstance(image, (str, os.PathLike)) else None


def make_figure(
    model: Handle,
    image: Any,
    maps: Sequence[Explanation],
    fields: Mapping[str, Any],
    dpi: Optional[float],
) -> Figure:
    """The figure of maps of a picture, which is drawn at once: InputError for what does not fit together."""
    pixels = as_picture(image).copy()
    maps = list(maps)
    name = picture_name(image)

    def draw(further: Dict[str, Any]) -> Result:
        view, kept = to_pixels(pixels)
        pointers = (ctypes.c_void_p * len(maps))(*(one._handle.pointer for one in maps))
        options = options_json({"photo": name, **fields, **further})
        result = Result("figure", model.pointer, pointers, len(maps), ctypes.byref(view), options)
        del kept
        return result

    figure = Figure(draw, dpi)
    figure._result()
    return figure


def checked_maps(explanations: object) -> List[Explanation]:
    """One Explanation or several of one class, in a list. InputError that names the argument."""
    maps = [explanations] if isinstance(explanations, Explanation) else explanations
    if not isinstance(maps, (list, tuple)) or not maps or not all(isinstance(one, Explanation) for one in maps):
        raise InputError("explanations is {!r}: expected an Explanation, or a list of them".format(explanations))
    first: Explanation = maps[0]
    for one in maps[1:]:
        if one.target != first.target or one.region != first.region or one.map.shape != first.map.shape:
            raise InputError("explanations are of different classes or pictures: a figure shows one class of one picture")
    return list(maps)


def caption_options(maps: Sequence[Explanation]) -> Dict[str, Any]:
    """The options of methods and crops that all maps were made with."""
    first = maps[0]._options
    return first if all(one._options == first for one in maps) else {"crops": first.get("crops")}
