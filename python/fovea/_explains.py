"""What a model says of a picture."""

from __future__ import annotations

import ctypes
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np

from ._arguments import (
    MAX_INDEX,
    Path,
    Preprocessing,
    ProgressOption,
    Region,
    Size,
    Target,
    integer,
    options_json,
    preprocessing_field,
    region_field,
    required,
)
from ._errors import InputError, ModelError
from ._explanation import Classification, Explanation, Prediction, explanations, label_of
from ._figures import Figure, PhotoExplanation, PreprocessingAdvice, caption_options, checked_maps, make_figure
from ._library import call
from ._many import path_list
from ._objects import ClassModel, Concept, Detections, Localization, Reconstruction
from ._opened import OpenedModel
from ._pictures import to_pixels
from ._results import NO_PROGRESS, ProgressCall, Result


class ExplainingModel(OpenedModel):
    """What `Model` does with one picture."""

    def classify(
        self,
        image: Any,
        top: int = 5,
        *,
        crops: Union[str, int, None] = None,
        preprocessing: Optional[Preprocessing] = None,
        size: Optional[Size] = None,
    ) -> Classification:
        """The Classification of a picture.

        image: a path, a PIL image, or an array: uint8 [H,W,3] (red, green, blue), [H,W], or [3,H,W]; NumPy's, or
        anything with __array__ or __dlpack__. top: the length of `best`. crops: the views whose scores are averaged:
        "1" (the centre), "whole" (squeezed to the network's size), "2" (that and its mirror image) or "10" (corners,
        centre and mirror images). preprocessing, size: as for `Model`. InputError for what cannot be used.
        """
        count = integer(top, "top", 1, MAX_INDEX)
        pixels, kept = to_pixels(image)
        self._warn_of_assumption(preprocessing)
        with self._sessions.lend(self._request(None, size, preprocessing, {"crops": _crops(crops)})) as session:
            result = Result("session_classify", session.pointer, pixels)
        del kept
        scores, probabilities = result.array("scores"), result.array_or_none("probabilities")
        best = [
            Prediction(
                int(index),
                label_of(self.labels, int(index)),
                float(scores[index]),
                None if probabilities is None else float(probabilities[index]),
            )
            for index in result.array("order")[:count]
        ]
        return Classification(scores, probabilities, best, list(session.notes))

    def saliency(
        self,
        image: Any,
        method: str = "gradient",
        target: Optional[Target] = None,
        preprocessing: Optional[Preprocessing] = None,
        size: Optional[Size] = None,
        progress: ProgressOption = None,
        *,
        against: Optional[Target] = None,
        crops: Union[str, int, None] = None,
        samples: Optional[int] = None,
        smooth: Optional[int] = None,
        noise: Optional[float] = None,
        baseline: Optional[str] = None,
        layer: Optional[str] = None,
        merge: Optional[str] = None,
        window: Optional[float] = None,
        stride: Optional[float] = None,
        cells: Optional[int] = None,
        keep: Optional[float] = None,
        heads: Optional[str] = None,
        discard: Optional[float] = None,
        residual: Optional[float] = None,
        blocks: Optional[int] = None,
        references: Optional[Sequence[str]] = None,
        segments: Optional[int] = None,
        seed: Optional[int] = None,
        region: Region = None,
    ) -> Explanation:
        """The Explanation of a picture.

        image: as for `classify`. method: one of `fovea.methods()`. target: a class by index or name (the
        beginning of a name will do, in any case); None: the best guess. against: a class whose score is subtracted.
        preprocessing, size, crops: as for `classify`. progress: True for a bar of tqdm, or a function of (done, total),
        for methods that look at many copies of the picture; what it raises, and Ctrl-C, end the work.

        Options of methods: samples, the number of noisy copies, steps or masks; smooth, the number of noisy copies over
        which any method is averaged; noise, their standard deviation as a fraction of the range of values (0.15);
        baseline, "mean", "black" or "blurred"; layer, of Grad-CAM (`layers` lists them); merge, "max", "sum" or "l2",
        of channels; window and stride of occlusion, as fractions of the shorter side (0.15, 0.05); cells of RISE, Sobol
        indices and HSIC (7); keep of RISE (0.5); heads, "mean", "max" or "min", discard and residual of attention
        rollout (0, 0.5); blocks, the number of a transformer's last blocks whose attention counts; references, photos
        and folders of them, the baselines of expected gradients; segments, the number of regions of LIME and kernel
        SHAP, and of XRAI's finest segmentation; seed.

        region: of a network that segments pictures, where the scores of a class are summed: "own", its own mask;
        (x0, y0, x1, y1) in the picture's pixels; or the path of a picture whose bright pixels are the region.

        InputError for what cannot be used; ModelError when the network has operators that fovea lacks or that have no
        gradient.
        """
        fields = {
            "samples": samples,
            "smooth": smooth,
            "noise": noise,
            "baseline": baseline,
            "layer": layer,
            "merge": merge,
            "window": window,
            "stride": stride,
            "cells": cells,
            "keep": keep,
            "heads": heads,
            "discard": discard,
            "residual": residual,
            "blocks": blocks,
            "references": None if references is None else [str(file) for file in references],
            "segments": segments,
            "seed": seed,
            "region": region,
        }
        required(method, "method")
        return self._explain(image, [method], target, against, crops, preprocessing, size, progress, fields)[0]

    def compare(
        self,
        image: Any,
        methods: Sequence[str],
        target: Optional[Target] = None,
        preprocessing: Optional[Preprocessing] = None,
        size: Optional[Size] = None,
        progress: ProgressOption = None,
        *,
        against: Optional[Target] = None,
        crops: Union[str, int, None] = None,
        **method_options: Any,
    ) -> List[Explanation]:
        """The Explanations of a picture by several methods, which share the forward pass. Arguments as for `saliency`."""
        names = _names(methods, "methods")
        return self._explain(image, names, target, against, crops, preprocessing, size, progress, method_options)

    def _explain(
        self,
        image: Any,
        methods: List[str],
        target: Optional[Target],
        against: Optional[Target],
        crops: Union[str, int, None],
        preprocessing: Optional[Preprocessing],
        size: Optional[Size],
        progress: ProgressOption,
        method_options: Dict[str, Any],
    ) -> List[Explanation]:
        pixels, kept = to_pixels(image)
        index = -1 if target is None else self._class_of(target, "target")
        other = -1 if against is None else self._class_of(against, "against")
        method_options = dict(method_options)
        region = region_field(method_options.pop("region", None))
        fields = {
            **method_options,
            "further_methods": methods[1:] or None,
            "crops": _crops(crops),
            "region": region,
        }
        work = ProgressCall(progress, methods[0])
        request = self._request(required(methods[0], "method"), size, preprocessing, fields)
        self._warn_of_assumption(preprocessing)
        maps = (ctypes.c_void_p * len(methods))()
        with self._sessions.lend(request) as session:
            call("session_on_progress", session.pointer, work.callback, None)
            work.run(lambda: call("session_explain", session.pointer, pixels, index, other, maps, len(methods)))
            call("session_on_progress", session.pointer, NO_PROGRESS, None)
            found = explanations(maps, self.labels, list(session.notes), None if other < 0 else other)
        del kept
        for one in found:
            one._options = {name: value for name, value in {**method_options, "crops": _crops(crops)}.items() if value is not None}
        return found

    def explain(
        self,
        image: Any,
        target: Optional[Target] = None,
        *,
        crops: Union[str, int, None] = None,
        preprocessing: Optional[Preprocessing] = None,
        size: Optional[Size] = None,
        colormap: Optional[str] = None,
        percentile: Optional[float] = None,
        gamma: Optional[float] = None,
        dpi: Optional[float] = None,
    ) -> PhotoExplanation:
        """The PhotoExplanation of a picture: the best guesses, a map that is easy to read beside the gradient, one
        figure of all that, and which network and preprocessing were assumed.

        image, target, crops, preprocessing, size: as for `saliency`. colormap, percentile, gamma, dpi: of the figure, as
        for `figure`. InputError for what cannot be used; ModelError as for `saliency`.
        """
        try:
            maps = self._explain(image, ["grad-cam", "gradient"], target, None, crops, preprocessing, size, None, {})
        except (InputError, ModelError):
            # A network without positions; what else is wrong is wrong for the gradient, too.
            maps = self._explain(image, ["gradient"], target, None, crops, preprocessing, size, None, {})
        stated = preprocessing_field(preprocessing)
        told = Result("model_assumptions", self._handle.pointer, options_json({"preprocessing": stated}))
        fields = {
            "kind": "explanation",
            "preprocessing": stated,
            "colormap": colormap,
            "percentile": percentile,
            "gamma": gamma,
        }
        figure = make_figure(self._handle, image, maps, fields, dpi)
        return PhotoExplanation(maps, figure, told.json("assumptions"), told.text("text"))

    def figure(
        self,
        image: Any,
        explanations: Union[Explanation, Sequence[Explanation]],
        *,
        colormap: Optional[str] = None,
        alpha: Optional[float] = None,
        contours: Optional[bool] = None,
        percentile: Optional[float] = None,
        gamma: Optional[float] = None,
        dpi: Optional[float] = None,
    ) -> Figure:
        """A labelled Figure of maps of one class of a picture: the picture in its own pixels, each map with its colour
        bar, and each map over the picture.

        image: the picture that they were made of, as for `classify`. explanations: what `saliency` gives, or the list
        that `compare` gives, side by side. colormap: inferno, magma, plasma, viridis, cividis, grey, turbo, jet, hot, or
        blue-red for signed relevance. alpha: opacity of the brightest parts over the picture, 0 to 1 (0.75). contours:
        lines in place of colours over the picture (False). percentile: of the map's values, shown brightest, 0 to 100
        (99). gamma: brightness is (value / that value) ** gamma (1). dpi: pixels per inch, 24 to 1200.

        InputError for options out of range, and for maps that are not of this picture or of different classes.
        """
        maps = checked_maps(explanations)
        fields = {
            **caption_options(maps),
            "colormap": colormap,
            "alpha": alpha,
            "contours": contours,
            "percentile": percentile,
            "gamma": gamma,
        }
        return make_figure(self._handle, image, maps, fields, dpi)

    def try_preprocessing(
        self, images: Union[Path, Sequence[Path]], progress: ProgressOption = None
    ) -> PreprocessingAdvice:
        """The PreprocessingAdvice of a few pictures: what the network makes of them under each preset, and which one to
        use where its file does not say it.

        images: pictures and folders whose classes the network knows; of many, 8 are taken. progress: True for a bar of
        tqdm, or a function of (done, total); what it raises, and Ctrl-C, end the work. InputError where none can be read,
        and for a network without probabilities.
        """
        options = options_json({"images": path_list(images, "images"), "threads": self._threads})
        work = ProgressCall(progress, "trying preprocessing")
        result = work.run(
            lambda: Result("try_preprocessing", self._handle.pointer, options, work.callback, None)
        )
        return PreprocessingAdvice(result)

    def localize(
        self,
        image: Any,
        target: Optional[Target] = None,
        *,
        method: Optional[str] = None,
        preset: Optional[str] = None,
        crops: Union[str, int, None] = None,
        smoothing: Optional[float] = None,
        quantiles: Optional[Tuple[float, float]] = None,
        prior: Optional[float] = None,
        level: Optional[float] = None,
        colour_weight: Optional[float] = None,
        smoothness: Optional[float] = None,
        cuts: Optional[int] = None,
        box: Optional[str] = None,
        box_level: Optional[float] = None,
        star: Optional[bool] = None,
        max_side: Optional[int] = None,
        preprocessing: Optional[Preprocessing] = None,
        size: Optional[Size] = None,
        progress: ProgressOption = None,
        **method_options: Any,
    ) -> Localization:
        """The Localization of the object of a class in a picture.

        image, target, preprocessing, size: as for `saliency`. method: one of `fovea.methods()`; None:
        "fused-layer-cam". preset: "default", or "paper" for Simonyan et al. (2013) as printed. crops: "2",
        "whole" or "10", which cover the picture. smoothing: standard deviation of the map's blur, as a fraction of its
        shorter side. quantiles: of the map, above the first of which lie seeds of the object, and below the second
        those of the background, 0 to 1. prior: weight of the map as a prior, in nats for a factor of e; 0: seeds only.
        level: the map's value where object and background are equally likely, as a fraction of its self-weighted mean.
        colour_weight, smoothness, cuts, box, star: as for `fovea.segment`. box_level: the box is the mean of the mask's
        and of that of the map above this multiple of its Otsu threshold (1); 0: the mask's. max_side: a longer picture is segmented at
        this size, in pixels; 0: no limit. Further options are those of the method, as for `saliency`.

        InputError for a map without contrast, and for what cannot be used.
        """
        pixels, kept = to_pixels(image)
        index = -1 if target is None else self._class_of(target, "target")
        is_paper = preset == "paper"
        methods = [method] if method else ["gradient"] if is_paper else ["fused-layer-cam"]
        session_fields = dict(method_options)
        session_fields["region"] = region_field(session_fields.get("region"))
        session_fields["further_methods"] = methods[1:] or None
        session_fields["crops"] = _crops(crops) or ("10" if is_paper else "2")
        options = options_json(
            {
                "preset": preset,
                "smoothing": smoothing,
                "quantiles": quantiles,
                "prior": prior,
                "level": level,
                "colour_weight": colour_weight,
                "smoothness": smoothness,
                "cuts": cuts,
                "box": box,
                "box_level": box_level,
                "star": star,
                "max_side": max_side,
            }
        )
        self._warn_of_assumption(preprocessing)
        work = ProgressCall(progress, "localize")
        request = self._request(required(methods[0], "method"), size, preprocessing, session_fields)
        with self._sessions.lend(request) as session:
            call("session_on_progress", session.pointer, work.callback, None)
            result = work.run(lambda: Result("session_localize", session.pointer, pixels, index, options))
            call("session_on_progress", session.pointer, NO_PROGRESS, None)
        del kept
        return Localization(result, self.labels)

    def class_model(self, target: Optional[Target] = None, **options: Any) -> ClassModel:
        """The ClassModel of a class, or of a part of a layer. Arguments as for `class_models`, without those of several
        pictures."""
        return self.class_models(target, pictures=1, **options)[0]

    def class_models(
        self,
        target: Optional[Target] = None,
        *,
        pictures: int = 4,
        layer: Optional[str] = None,
        channel: Optional[int] = None,
        unit: Union[None, int, Sequence[int]] = None,
        method: Optional[str] = None,
        steps: int = 151,
        step: Optional[float] = None,
        l2: Optional[float] = None,
        jitter: Optional[float] = None,
        zoom: Optional[float] = None,
        rotate: Optional[float] = None,
        blur: Optional[float] = None,
        coarse: Optional[float] = None,
        seed: Optional[int] = None,
        start: Any = None,
        display: Optional[str] = None,
        strength: Optional[float] = None,
        diversity_layer: Optional[str] = None,
        preprocessing: Optional[Preprocessing] = None,
        progress: ProgressOption = None,
    ) -> List[ClassModel]:
        """Several, different ClassModels of a class, or of a part of a layer.

        pictures: how many, 1 to 64. target: a class by index or name; or layer: the name of a value or node, with channel, or unit (channel, or
        (channel, row, column)), or neither for the mean of squares of all its values. method: "regularized",
        "paper" (x += step * (dS/dx - 2 * l2 * x) from the zero picture) or "fourier" (the picture's spectrum by Adam).
        steps: of gradient ascent. step: their length, in standard deviations of natural pixels (0.08; paper: the
        learning rate, 0.1; fourier: Adam's, 0.05). l2: weight decay (0; paper: lambda, 1). jitter, blur, coarse:
        largest shift, blur of the picture and of the first gradient, as fractions of the side (0.1, 0.005, 0.012).
        zoom: largest random factor (1). rotate: largest random angle in degrees (0). start: "zero", "noise", or a
        picture as for `classify`. display: "fitted" or "pixels", how the input becomes the picture. strength and
        diversity_layer: how strongly the pictures push each other apart (1), and where they are compared. progress: True
        for a bar of tqdm, or a function of (step, steps); what it raises, and Ctrl-C, end the work.

        InputError for a class, layer or option that does not exist.
        """
        if target is not None and layer is not None:
            raise InputError("target and layer are two targets: give one of them")
        if target is None and layer is None:
            raise InputError("target is missing: expected a class, or layer")
        index = None if target is None else self._class_of(target, "target")
        is_picture = start is not None and not (isinstance(start, str) and start in ("zero", "noise"))
        first, kept = to_pixels(start, "start") if is_picture else (None, None)
        fields = {
            "target": index,
            "layer": layer,
            "channel": channel,
            "unit": [unit] if isinstance(unit, (int, np.integer)) else unit,
            "method": method,
            "steps": steps,
            "step": step,
            "l2": l2,
            "jitter": jitter,
            "zoom": zoom,
            "rotate": rotate,
            "blur": blur,
            "coarse": coarse,
            "seed": seed,
            "start": None if is_picture else start,
            "display": display,
            "pictures": pictures,
            "strength": strength,
            "diversity_layer": diversity_layer,
            "preprocessing": preprocessing_field(preprocessing),
            "threads": self._threads,
        }
        work = ProgressCall(progress, "class model")
        result = work.run(
            lambda: Result("class_model", self._handle.pointer, options_json(fields), first, work.callback, None)
        )
        del kept
        if index is not None:
            label = label_of(self.labels, index)
        else:
            part = unit if channel is None else channel
            label = str(layer) if part is None else "{} {}".format(layer, part)
        return [ClassModel(result, k, label) for k in range(len(result.array("steps")))]

    def detect(
        self,
        image: Any,
        *,
        decoder: Optional[str] = None,
        boxes: Optional[str] = None,
        side: Optional[str] = None,
        min_score: Optional[float] = None,
        max_overlap: Optional[float] = None,
        most: Optional[int] = None,
        preprocessing: Optional[Preprocessing] = None,
    ) -> Detections:
        """The objects that the network, a detector, finds in a picture, best first: a list of Detection.

        image: as for `classify`. decoder: the form of the outputs, "yolox", "yolov5", "yolov8", "detr", "rt-detr" or "ssd";
        None: the only one that fits. boxes: what four numbers of a box are, where it is not the decoder's own form:
        "centre-pixels", "centre-fractions", "corners-pixels" or "corners-fractions". side: "left", "top", "right" or
        "bottom": the detections' targets are where it is, not the scores. min_score: of boxes (0.25). max_overlap: of boxes
        of a class, as intersection over union (0.45, or 1 for networks that give each object once). most: boxes (100).

        A map of a box: `fovea.Model(path, targets=found[0].target, preprocessing=found.preprocessing).saliency(image)`.
        InputError for outputs that fit no decoder, or several.
        """
        pixels, kept = to_pixels(image)
        options = options_json(
            {
                "decoder": decoder,
                "boxes": boxes,
                "side": side,
                "min_score": min_score,
                "max_overlap": max_overlap,
                "most": most,
                "preprocessing": preprocessing_field(preprocessing),
                "threads": self._threads,
            }
        )
        result = Result("detect", self._handle.pointer, pixels, options)
        del kept
        return Detections(result)

    def deconv(
        self,
        image: Any,
        layer: Optional[str] = None,
        *,
        unit: Union[None, int, Sequence[int]] = None,
        top: Optional[int] = None,
        whole: Optional[bool] = None,
        target: Optional[Target] = None,
        rule: Optional[str] = None,
        percentile: Optional[float] = None,
        preprocessing: Optional[Preprocessing] = None,
    ) -> List[Reconstruction]:
        """Reconstructions of what excites units of a layer in a picture, strongest first; without a layer, a list with
        that of a class score.

        image: as for `classify`. layer: the name of a value or node (`layers`). unit: a channel, at its strongest
        position, or (channel, row, column). top: without a unit, so many channels with the strongest units (9). whole:
        send back all activations of a channel. target: without a layer, the class; None: the best guess. rule: what a
        ReLU passes back: "deconvnet", "guided" or "gradient". percentile: of the non-zero magnitudes, shown as full
        black or white in the pictures (99.5). InputError for a layer without units, and for what cannot be used.
        """
        pixels, kept = to_pixels(image)
        options = options_json(
            {
                "layer": layer,
                "unit": [unit] if isinstance(unit, (int, np.integer)) else unit,
                "top": top,
                "whole": whole,
                "target": None if target is None else self._class_of(target, "target"),
                "rule": rule,
                "percentile": percentile,
                "preprocessing": preprocessing_field(preprocessing),
                "threads": self._threads,
            }
        )
        self._warn_of_assumption(preprocessing)
        result = Result("deconv", self._handle.pointer, pixels, options)
        del kept
        return [Reconstruction(result, k) for k in range(len(result.array("activation")))]

    def concepts(
        self,
        image: Any,
        layer: Optional[str] = None,
        *,
        top: Optional[int] = None,
        channel: Optional[int] = None,
        target: Optional[Target] = None,
        rule: Optional[str] = None,
        preprocessing: Optional[Preprocessing] = None,
    ) -> List[Concept]:
        """The channels of a layer that matter for a class in a picture, each with its map, most relevant first.

        image: as for `classify`. layer: the name of a value or node (`layers`); None: the last one with more than one
        position that the weights of the scores read. top: so many channels, of those that speak for the class (6).
        channel: that one alone. target: the class; None: the best guess. rule: how relevance is propagated, one of the
        rules of LRP ("lrp-epsilon-plus-flat"). InputError for a layer whose channels are unknown.
        """
        pixels, kept = to_pixels(image)
        options = options_json(
            {
                "layer": layer,
                "top": top,
                "channel": channel,
                "target": None if target is None else self._class_of(target, "target"),
                "rule": rule,
                "preprocessing": preprocessing_field(preprocessing),
                "threads": self._threads,
            }
        )
        self._warn_of_assumption(preprocessing)
        result = Result("concepts", self._handle.pointer, pixels, options)
        del kept
        return [Concept(result, k) for k in range(len(result.array("channel")))]


def _names(value: object, name: str) -> List[str]:
    if isinstance(value, (list, tuple)) and value and all(isinstance(one, str) for one in value):
        return list(value)
    raise InputError("{} is {!r}: expected a text, or a list of texts".format(name, value))


def _crops(value: Union[str, int, None]) -> Optional[str]:
    return None if value is None else str(value)
