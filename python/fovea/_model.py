"""Models, with their work on many pictures and the files that they make."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence, Union

from ._arguments import Path, Preprocessing, ProgressOption, Target, options_json
from ._arguments import path as path_bytes
from ._errors import InputError
from ._explains import ExplainingModel
from ._many import (
    Evaluation,
    NetworkComparison,
    Patch,
    RelevantPatch,
    ReportOutcome,
    find_factors,
    find_patches,
    find_relevant_patches,
    run_comparison,
    run_evaluation,
    run_report,
)
from ._objects import Factors
from ._opened import bundled_model_path
from ._pictures import write_bytes
from ._results import Result


class Model(ExplainingModel):
    """An ONNX image classifier. May be used from several threads at once, and as a context manager that closes it.

    It can be pickled, for workers in other processes and on other machines: pickle carries the path and the SHA-256 of
    the file and the options, not the weights. When a model that was unpickled is first used, the process reads the file
    and checks it; it does so once, and compiles once for each method, however many are unpickled. ModelError where the
    file is missing there, or another one.

    Attributes:
        labels: list of class names; "class 17" where there are none.
        wordnet_ids: list of the classes' WordNet ids, "" where there is none; empty without labels.
        channels, height, width: of the network's input, in pixels; a side is None where the file leaves it open.
        classes: their number; None where the file leaves it open.
        preprocessing: dict, how pictures become inputs: resize (pixels; 0: the network's size times 256/224), crop,
            scale, mean, std, channel_order.
        preprocessing_source: who says so: "the model file", "preset caffe", "preset torchvision (default)".
        warnings: list of sentences on parts of the file that were not understood.
    """

    @classmethod
    def bundled(cls, **options: Any) -> "Model":
        """The network of ten classes that comes with fovea: a ResNet for Imagenette, which knows a tench, a church, a
        golf ball and seven more things, and nothing else. Options as for `Model`."""
        return cls(bundled_model_path(), **options)

    def strongest_patches(
        self,
        images: Union[Path, Sequence[Path]],
        layer: str,
        *,
        channel: Optional[int] = None,
        top: Optional[int] = None,
        patches: Optional[int] = None,
        workers: Optional[int] = None,
        preprocessing: Optional[Preprocessing] = None,
        progress: ProgressOption = None,
    ) -> List[Patch]:
        """The places in many pictures that excite channels of a layer most, channel by channel, strongest first.

        images: pictures and folders. layer: the name of a value or node (`layers`). channel: of the layer; None: the top
        channels with the strongest units (9). patches: of each channel, at most one of a picture (9). workers: pictures
        at the same time. progress: as for `report`. `deconv(patch.image, layer, unit=patch.unit)` shows what excites
        the unit there. InputError for a layer without units; pictures that cannot be read are left out with a warning.
        """
        fields: Dict[str, object] = {
            "layer": layer,
            "channel": channel,
            "top": top,
            "patches": patches,
            "workers": workers,
            "threads": self._threads,
        }
        self._warn_of_assumption(preprocessing)
        return find_patches(self._handle, images, preprocessing, progress, fields)

    def relevant_patches(
        self,
        images: Union[Path, Sequence[Path]],
        layer: Optional[str] = None,
        *,
        channel: Optional[int] = None,
        top: Optional[int] = None,
        patches: Optional[int] = None,
        rule: Optional[str] = None,
        workers: Optional[int] = None,
        preprocessing: Optional[Preprocessing] = None,
        progress: ProgressOption = None,
    ) -> List[RelevantPatch]:
        """The places in many pictures where channels of a layer matter most for the best guess there, channel by
        channel, most relevant first.

        layer: None: the last one with more than one position that the weights of the scores read. rule: how relevance is
        propagated, one of the rules of LRP ("lrp-epsilon-plus-flat"). The rest is as for `strongest_patches`. The relevance
        is in units of the score.
        """
        fields: Dict[str, object] = {
            "layer": layer,
            "channel": channel,
            "top": top,
            "patches": patches,
            "rule": rule,
            "workers": workers,
            "threads": self._threads,
        }
        self._warn_of_assumption(preprocessing)
        return find_relevant_patches(self._handle, images, preprocessing, progress, fields)

    def factorise(
        self,
        images: Union[Path, Sequence[Path]],
        layer: Optional[str] = None,
        concepts: Optional[int] = None,
        *,
        seed: Optional[int] = None,
        workers: Optional[int] = None,
        preprocessing: Optional[Preprocessing] = None,
        progress: ProgressOption = None,
    ) -> Factors:
        """The activations of a layer in many pictures together, factorised into a few non-negative concepts (4).

        images: pictures and folders. layer: the name of a value or node (`layers`), which is never negative; None: the
        last one with more than one position that the weights of the scores read. seed: of the random start. workers,
        progress: as for `strongest_patches`. InputError for a layer without units or with negative activations, and for
        more concepts than channels or positions; pictures that cannot be read are left out with a warning.
        """
        fields: Dict[str, object] = {
            "layer": layer,
            "concepts": concepts,
            "seed": seed,
            "workers": workers,
            "threads": self._threads,
        }
        self._warn_of_assumption(preprocessing)
        return find_factors(self._handle, images, preprocessing, progress, fields)

    def report(
        self,
        images: Union[Path, Sequence[Path]],
        output: Path,
        *,
        methods: Union[None, str, Sequence[str]] = None,
        target: Optional[Target] = None,
        compare_with: Optional["Model"] = None,
        preprocessing: Optional[Preprocessing] = None,
        progress: ProgressOption = None,
        **options: Any,
    ) -> ReportOutcome:
        """Writes an HTML page of pictures with their maps, objects and class models.

        images: pictures and folders. output: the page, NAME.html. methods: side by side ("gradient"). target: a class;
        None: each picture's best guess. compare_with: a second Model, shown beside this one. Further options: top (1 to 5, the best guesses that are explained), localize
        (True), class_models (8, the number of most frequent classes that get one; 0: none), crops, percentile, gamma,
        colormap, title, split (pictures as files beside the page), truth (the true classes: a CSV with the columns file
        and class, wnid or class_index, or "folders"), workers, and those of methods as for `saliency`.
        progress: True for a bar of tqdm, or a function of (done, total); what it raises, and Ctrl-C, end the work.

        InputError for options that cannot be used; OutputError where the page cannot be written. Pictures that cannot
        be read are left out and counted.
        """
        fields: Dict[str, object] = dict(options)
        fields["target"] = None if target is None else self._class_of(target, "target")
        fields["threads"] = self._threads
        if compare_with is not None and not isinstance(compare_with, Model):
            raise InputError("compare_with is {!r}: expected a Model".format(compare_with))
        self._warn_of_assumption(preprocessing)
        compared = None if compare_with is None else compare_with._handle
        return run_report(self._handle, compared, images, output, methods, preprocessing, progress, fields)

    def compare_with(
        self,
        other: "Model",
        images: Union[Path, Sequence[Path]],
        output: Optional[Path] = None,
        *,
        methods: Union[None, str, Sequence[str]] = None,
        target: Optional[Target] = None,
        preprocessing: Optional[Preprocessing] = None,
        progress: ProgressOption = None,
        **options: Any,
    ) -> NetworkComparison:
        """Compares what this network and another one see in pictures, and why: a float network with its int8 version,
        the last release with the next.

        other: a Model, with labels and preprocessing of its own. images: pictures and folders. output: a page NAME.html,
        with NAME.csv and NAME.json beside it; None: nothing is written. methods: of the maps that are compared
        ("gradient" and "grad-cam"). target: a class of this network; None: its best guess for each picture.
        Thresholds, which decide on `passed`: min_correlation, min_photo_correlation, min_ssim (-1 to 1), min_overlap,
        max_changed, max_accuracy_drop, max_energy_drop (0 to 1). Further options: truth (the true classes and boxes: a
        CSV, or "folders"), masks (a folder), layers (12, how many shared layers are compared; 0: none), crops, percentile,
        gamma, colormap, title, split, workers, and those of methods as for `saliency`. progress: as for `report`.

        InputError for options that cannot be used and for networks without a common class; OutputError where a file
        cannot be written. Pictures that cannot be compared count as failures.
        """
        fields: Dict[str, object] = dict(options)
        fields["target"] = None if target is None else self._class_of(target, "target")
        fields["threads"] = self._threads
        if not isinstance(other, Model):
            raise InputError("other is {!r}: expected a Model".format(other))
        self._warn_of_assumption(preprocessing)
        other._warn_of_assumption(None)
        return run_comparison(
            self._handle, other._handle, images, output, methods, preprocessing, progress, fields
        )

    def evaluate(
        self,
        kind: str,
        images: Union[Path, Sequence[Path]],
        output: Optional[Path] = None,
        *,
        methods: Union[None, str, Sequence[str]] = None,
        target: Optional[Target] = None,
        preprocessing: Optional[Preprocessing] = None,
        progress: ProgressOption = None,
        **options: Any,
    ) -> Evaluation:
        """Evaluates maps or boxes on many pictures.

        kind: "faithfulness": whether maps show what the network uses; options truth (a CSV of boxes) or masks (a
        folder), measures (names, "default" or "all"), steps (50), area_tolerance (0.005: steps may be left out), blur
        (0.1), subsets (50), superpixels (50), noisy_copies (10), radius (0.02), tolerance, view ("whole" or "crop"), pick
        (True: recommend one of the methods and its settings). "sanity": whether they depend on what it has learnt;
        options stages (10), view. "localization": how often boxes are right; images is the folder of pictures; options
        truth (a CSV, or a folder of XML files with list, class_numbers and synsets), guesses (5), shard ("2/8"),
        resume, and those of `localize`. images: pictures and folders. output: a folder for tables,
        plots and a page; None: nothing is written ("localization" needs one). methods: to compare. Further options:
        workers, and those of methods as for `saliency`. progress: as for `report`.

        InputError for options and truth that cannot be used; OutputError where a file cannot be written. Pictures that
        cannot be used count as failures.
        """
        fields: Dict[str, object] = dict(options)
        fields["target"] = None if target is None else self._class_of(target, "target")
        fields["threads"] = self._threads
        self._warn_of_assumption(preprocessing)
        return run_evaluation(self._handle, kind, images, output, methods, preprocessing, progress, fields)

    def export(
        self,
        path: Optional[Path] = None,
        kind: str = "explanation",
        *,
        method: Optional[str] = None,
        map: Optional[str] = None,
        explained: Optional[str] = None,
        opset: Optional[int] = None,
        batch: Optional[int] = None,
    ) -> bytes:
        """An ONNX file that gives the network's scores and the map that explains one of them, for any ONNX runtime.

        path: the file to write; None: none is written. kind: "explanation", or "canonical" for the forward network as
        fovea computes it. method: a rule, or "gradient-x-input" ("gradient"). map: "saliency", [N,H,W], or "gradient",
        in the input's shape. explained: "top", or "input" for the class that a second input names. opset: 13 to 17.
        batch: pictures in one run (1). Gives the file's bytes. InputError for options; OutputError.
        """
        options = options_json(
            {"kind": kind, "method": method, "map": map, "explained": explained, "opset": opset, "batch": batch}
        )
        content = Result("export", self._handle.pointer, options).array("onnx").tobytes()
        if path is not None:
            write_bytes(path_bytes(path, "path"), content)
        return content
