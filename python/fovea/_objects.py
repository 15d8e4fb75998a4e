"""Objects in pictures, class models and reconstructions: what calls give besides maps."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
from numpy.typing import NDArray

from ._arguments import options_json
from ._errors import InputError
from ._explanation import Rect, known, label_of, probability_text
from ._pictures import Picture, PictureArray, as_picture, to_pixels
from ._results import Result


class Box(NamedTuple):
    """A rectangle of whole pixels from `x0`, `y0` up to, but without, `x1`, `y1`."""

    x0: int
    y0: int
    x1: int
    y1: int


def _box(corners: NDArray[np.int64]) -> Optional[Box]:
    box = Box(*(int(corner) for corner in corners))
    return box if box.x0 < box.x1 and box.y0 < box.y1 else None


class RealBox(NamedTuple):
    """A rectangle in a picture's pixels, in continuous coordinates: the picture is [0,width) x [0,height)."""

    x0: float
    y0: float
    x1: float
    y1: float


class Detection(NamedTuple):
    """An object that a detector found: its RealBox, class, label and score, and the text for `targets` that explains it."""

    box: RealBox
    target_class: int
    label: str
    score: float
    target: str


class Detections(List[Detection]):
    """The objects in a picture, best first.

    Attributes:
        decoder: the form of the network's outputs, such as "yolox".
        preprocessing, layer: what a Model with the detections' targets needs besides: how it takes pictures, and a layer for
            Grad-CAM (None where there is none).
    """

    def __init__(self, result: Result) -> None:
        labels, targets = result.json("labels"), result.json("targets")
        super().__init__(
            Detection(RealBox(*map(float, box)), int(index), label, float(score), target)
            for box, index, label, score, target in zip(
                result.array("box"), result.array("class"), labels, result.array("score"), targets
            )
        )
        self.decoder: str = result.text("decoder")
        self.layer: Optional[str] = result.text("layer") or None
        self.preprocessing: Dict[str, Any] = result.json("preprocessing")


class Localization(Picture):
    """An object in a picture.

    Attributes:
        mask: bool [H,W], True on the object, in the picture's own pixels.
        box: Box around the object; None where none was found.
        boxes: list of Box, one for each component of at least a tenth of the largest one's area, largest first.
        map: float32 [h,w], the map that the object was found from, at the size that was segmented; None for `segment`.
        seeds: uint8 [h,w] at that size: 0 unknown, 1 object, 2 background.
        contour: uint8 [H,W,3], the picture with the object's outline in red and its box in yellow.
        target, label, score, probability: of the class; None for `segment`.
    """

    def __init__(self, result: Result, labels: Optional[Sequence[str]]) -> None:
        self.mask: NDArray[np.bool_] = result.array("mask").astype(np.bool_)
        self.box = _box(result.array("box"))
        self.boxes = [box for box in map(_box, result.array("boxes")) if box]
        self.seeds: NDArray[np.uint8] = result.array("seeds")
        self.contour: PictureArray = result.array("contour")
        self.map: Optional[NDArray[np.float32]] = None
        self.target: Optional[int] = None
        self.label: Optional[str] = None
        self.score: Optional[float] = None
        self.probability: Optional[float] = None
        if labels is not None:
            self.map = result.array("map")
            self.target = result.integer("target")
            self.label = label_of(labels, self.target)
            self.score = result.number("score")
            self.probability = known(result.number("probability"))
            self._title = self.label

    def _picture(self) -> PictureArray:
        return self.contour

    def __repr__(self) -> str:
        what = "object" if self.label is None else repr(self.label)
        where = "not found" if self.box is None else "at {},{} to {},{}".format(*self.box)
        return "<Localization: {} {}{}>".format(what, where, probability_text(self.probability))


class ClassModel(Picture):
    """A picture that excites a class, or a part of a layer: what the network has learnt of it.

    Attributes:
        input: float32 [C,H,W], the picture as network input.
        picture: uint8 [H,W,3], the same for the eye.
        label: of the class or the layer.
        score: the unnormalised score of the class, or the value of the part of the layer.
        probability: of the class, 0 to 1; None without one.
        norm: of the input. objective: what was maximised. steps: how many there were.
        notes: list of sentences on how the picture was made.
    """

    def __init__(self, result: Result, k: int, label: str) -> None:
        self.input: NDArray[np.float32] = result.array("input")[k]
        self.picture: PictureArray = result.array("picture")[k]
        self.label = self._title = label
        self.score = float(result.array("score")[k])
        self.norm = float(result.array("norm")[k])
        self.objective = float(result.array("objective")[k])
        self.probability = known(result.array("probability")[k])
        self.steps = int(result.array("steps")[k])
        self.notes = result.texts("notes")

    def _picture(self) -> PictureArray:
        return self.picture

    def __repr__(self) -> str:
        return "<ClassModel of {!r}: score {:.2f}{}, {} steps>".format(
            self.label, self.score, probability_text(self.probability), self.steps
        )


class Unit(NamedTuple):
    """A unit of a layer, counted from 0. Of a class score: the class as `channel`."""

    channel: int
    y: int
    x: int


class Reconstruction(Picture):
    """The pattern in a picture that excites a unit, a channel or a class score.

    Attributes:
        pattern: float32 [C,H,W], signed, channels in the network's order.
        picture: uint8 [H,W,3], the pattern around mid-grey.
        seen: uint8 [H,W,3], the part of the picture that the network was shown.
        unit: Unit; of a channel, its strongest one.
        activation: of the unit, or the class's score.
        field: Rect of the receptive field within the pattern, which is 0 outside of it.
        field_in_photo: the same in the picture's own pixels.
    """

    def __init__(self, result: Result, k: int) -> None:
        self.pattern: NDArray[np.float32] = result.array("pattern")[k]
        self.picture: PictureArray = result.array("picture")[k]
        self.seen: PictureArray = result.array("seen")
        self.unit = Unit(*(int(part) for part in result.array("unit")[k]))
        self.activation = float(result.array("activation")[k])
        self.field = Rect(*(int(part) for part in result.array("field")[k]))
        self.field_in_photo = Rect(*(int(part) for part in result.array("field_in_photo")[k]))
        self._title = "{}: {:.3g}".format(self.unit.channel, self.activation)

    def _picture(self) -> PictureArray:
        return self.picture

    def __repr__(self) -> str:
        return "<Reconstruction of unit {},{},{}: activation {:.4g}>".format(*self.unit, self.activation)


class Concept(Picture):
    """A channel of a layer that matters for a class in a picture.

    Attributes:
        channel: its number.
        relevance: in units of the class's score.
        share: of the magnitudes of all channels' relevance.
        map: float32 [C,H,W], the relevance of the network's input that comes by the channel, signed.
        seen: uint8 [H,W,3], the part of the picture that the network was shown.
        region: Rect of that part in the picture's own pixels.
        layer: the layer's name.
        target, score: the class, and its score before the final activation.
        channels: float64, the relevance of every channel of the layer.
        layer_relevance: float32 [channels,h,w], the relevance of the layer.
    """

    def __init__(self, result: Result, k: int) -> None:
        self.channel = int(result.array("channel")[k])
        self.relevance = float(result.array("relevance")[k])
        self.channels: NDArray[np.float64] = result.array("channels")
        self.layer_relevance: NDArray[np.float32] = result.array("layer_relevance")
        self.share = self.relevance / float(np.abs(self.channels).sum())
        self.map: NDArray[np.float32] = result.array("map")[k]
        self.seen: PictureArray = result.array("seen")
        self.region = Rect(*(int(part) for part in result.array("region")))
        self.layer = result.text("layer")
        self.target = int(result.array("target"))
        self.score = float(result.array("score"))
        self._title = "channel {}: {:.1%}".format(self.channel, self.share)

    def _picture(self) -> PictureArray:
        positive = np.maximum(self.map.sum(axis=0), 0)
        white = np.percentile(positive, 99) or positive.max() or 1
        level = np.minimum(positive / white, 1)[..., np.newaxis]
        return np.asarray(self.seen * (0.25 + 0.75 * level), np.uint8)

    def __repr__(self) -> str:
        return "<Concept: channel {} of {}, {:.1%} of the relevance>".format(self.channel, self.layer, self.share)


class Factors:
    """The activations of a layer in several pictures as a sum of a few concepts.

    Attributes:
        maps: float32 [N,concepts,h,w], how much of each concept is where, for each picture.
        directions: float32 [concepts,C], non-negative, each of length 1.
        errors: float64, ||V - W H|| / ||V|| at the start and after each iteration.
        layer: the layer's name.
        images: the paths of the N pictures.
    """

    def __init__(self, result: Result) -> None:
        self.maps: NDArray[np.float32] = result.array("map")
        self.directions: NDArray[np.float32] = result.array("direction")
        self.errors: NDArray[np.float64] = result.array("error")
        self.layer = result.text("layer")
        self.images = result.texts("images")

    def __repr__(self) -> str:
        return "<Factors: {} concepts of {} in {} pictures>".format(len(self.directions), self.layer, len(self.images))


def segment(
    image: Any,
    seeds: Any = None,
    *,
    foreground: Sequence[Tuple[int, int]] = (),
    background: Sequence[Tuple[int, int]] = (),
    radius: Optional[int] = None,
    colour_weight: Optional[float] = None,
    smoothness: Optional[float] = None,
    cuts: Optional[int] = None,
    star: Optional[bool] = None,
    box: Optional[str] = None,
) -> Localization:
    """The object that seeds mark in a picture. Needs no network.

    image: a path, a PIL image or an array: uint8 [H,W,3] or [H,W]. seeds: uint8 [H,W], 0 unknown, 1 object, 2
    background; or a picture of the same size, or its path, with red strokes on the object and blue ones on the
    background. foreground, background: instead of seeds, points (x, y) in pixels, with discs of `radius` pixels around
    them (3). colour_weight: weight of the colour models (1). smoothness: of the contrast between neighbours (25). cuts:
    the largest number of cuts, above 1 with colour models fitted again (5). star: whether the object is star-convex
    around its seeds (True). box: "sizeable" or "largest", the components that the box encloses. InputError for seeds
    that are missing, of one kind only or outside the picture, and for options out of range.
    """
    pixels, kept = to_pixels(image)
    points = bool(len(foreground) or len(background))
    if (seeds is None) != points:
        raise InputError("seeds and foreground, background: expected one of the two ways to mark the object")
    marked = None
    if seeds is not None:
        marked, kept_seeds = to_pixels(as_picture(seeds, "seeds"), "seeds")
    options = options_json(
        {
            "foreground": _coordinates(foreground, "foreground") if points else None,
            "background": _coordinates(background, "background") if points else None,
            "radius": radius,
            "colour_weight": colour_weight,
            "smoothness": smoothness,
            "cuts": cuts,
            "star": star,
            "box": box,
        }
    )
    result = Result("segment", pixels, marked, options)
    del kept
    if marked is not None:
        del kept_seeds
    return Localization(result, None)


def _coordinates(points: Sequence[Tuple[int, int]], name: str) -> List[Any]:
    """The points as numbers in one list."""
    flat: List[Any] = []
    for point in points:
        try:
            x, y = point
        except (TypeError, ValueError):
            raise InputError("{} holds {!r}: expected points (x, y)".format(name, point)) from None
        flat += [x, y]
    return flat
