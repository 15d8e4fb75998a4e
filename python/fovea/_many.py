"""Work on many pictures: pages and evaluations."""

from __future__ import annotations

import os
import warnings
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from ._arguments import Path, Preprocessing, ProgressOption, options_json, path_text, preprocessing_field
from ._errors import InputError
from ._library import Handle
from ._objects import Factors, Unit
from ._results import NO_PROGRESS, ProgressCall, Result

Paths = Union[Path, Sequence[Path]]


class ReportOutcome:
    """A page that was written.

    Attributes:
        path: of the page.
        photos: how many pictures are on it. failed: how many could not be read. left_out: these, and other files.
        failures: list of sentences on those that failed.
    """

    def __init__(self, path: str, result: Result) -> None:
        self.path = path
        self.photos = result.integer("photos")
        self.failed = result.integer("failed")
        self.left_out = result.integer("left_out")
        self.failures = result.texts("failures")

    def __repr__(self) -> str:
        return "<ReportOutcome {!r}: {} photos, {} left out>".format(self.path, self.photos, self.left_out)


class NetworkComparison:
    """The outcome of a comparison of two networks.

    Attributes:
        passed: whether all thresholds are kept; True without any.
        checks: list of dicts, one for each threshold (and method): option, what, subject, measured, threshold, passed.
        summary: dict of predictions, methods, layers and photos, as compare.json has it.
        text: a table for people; also `str(comparison)`.
        failures: list of sentences on pictures that could not be compared.
    """

    def __init__(self, result: Result) -> None:
        self.passed = result.integer("passed") == 1
        self.summary: Dict[str, Any] = result.json("summary")
        self.checks: List[Dict[str, Any]] = self.summary["gate"]["checks"]
        self.text = result.text("text")
        self.failures = result.texts("failures")

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return "<NetworkComparison of {} photos, {}>".format(
            self.summary["images"], "passed" if self.passed else "failed"
        )


class Evaluation:
    """The outcome of an evaluation.

    Attributes:
        summary: dict of measures, means and intervals, as summary.json has it.
        text: a table for people; also `str(evaluation)`.
        failures: list of sentences on pictures that could not be used.
    """

    def __init__(self, result: Result) -> None:
        self.summary: Dict[str, Any] = result.json("summary")
        self.text = result.text("text")
        self.failures = result.texts("failures")

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return "<Evaluation: {}>".format(", ".join(self.summary))


class Patch(NamedTuple):
    """A place in one of many pictures that excites a unit strongly: path of the `image`, the `unit`, its `activation`."""

    image: str
    unit: Unit
    activation: float


class RelevantPatch(NamedTuple):
    """A place in one of many pictures where a unit matters much for the best guess there: path of the `image`, the
    `unit`, its `relevance` in units of the score."""

    image: str
    unit: Unit
    relevance: float


def path_list(value: object, name: str) -> List[str]:
    """One path or several, in a list."""
    if isinstance(value, (str, bytes, os.PathLike)):
        return [path_text(value, name)]
    if not isinstance(value, Sequence):
        raise InputError("{} is a {}: expected a path, or a list of paths".format(name, type(value).__name__))
    return [path_text(one, "{}[{}]".format(name, i)) for i, one in enumerate(value)]


def _method_list(value: Union[None, str, Sequence[str]]) -> Optional[List[str]]:
    if value is None:
        return None
    methods = [value] if isinstance(value, str) else list(value)
    for method in methods:
        if not isinstance(method, str):
            raise InputError("methods has {!r}: expected texts".format(method))
    return methods


def find_patches(
    model: Handle,
    images: Paths,
    preprocessing: Optional[Preprocessing],
    progress: ProgressOption,
    fields: Dict[str, object],
) -> List[Patch]:
    """Model.strongest_patches, with its further options as `fields`."""
    return [
        Patch(*one) for one in _patches("strongest_patches", "activation", model, images, preprocessing, progress, fields)
    ]


def find_relevant_patches(
    model: Handle,
    images: Paths,
    preprocessing: Optional[Preprocessing],
    progress: ProgressOption,
    fields: Dict[str, object],
) -> List[RelevantPatch]:
    """Model.relevant_patches, with its further options as `fields`."""
    return [
        RelevantPatch(*one)
        for one in _patches("relevant_patches", "relevance", model, images, preprocessing, progress, fields)
    ]


def _patches(
    function: str,
    value: str,
    model: Handle,
    images: Paths,
    preprocessing: Optional[Preprocessing],
    progress: ProgressOption,
    fields: Dict[str, object],
) -> List[Tuple[str, Unit, float]]:
    """Path, unit and the unit's `value` of each patch that a function of the library finds."""
    given: Dict[str, object] = dict(fields)
    given["images"] = path_list(images, "images")
    given["preprocessing"] = preprocessing_field(preprocessing)
    work = ProgressCall(progress, "patches")
    options = options_json(given)
    result = work.run(lambda: Result(function, model.pointer, options, work.callback, None))
    for failure in result.texts("failures"):
        warnings.warn("left out: {}".format(failure), stacklevel=4)
    paths = result.texts("images")
    return [
        (paths[picture], Unit(*(int(part) for part in unit)), float(one))
        for picture, unit, one in zip(result.array("picture"), result.array("unit"), result.array(value))
    ]


def find_factors(
    model: Handle,
    images: Paths,
    preprocessing: Optional[Preprocessing],
    progress: ProgressOption,
    fields: Dict[str, object],
) -> Factors:
    """Model.factorise, with its further options as `fields`."""
    given: Dict[str, object] = dict(fields)
    given["images"] = path_list(images, "images")
    given["preprocessing"] = preprocessing_field(preprocessing)
    work = ProgressCall(progress, "factors")
    options = options_json(given)
    result = work.run(lambda: Result("factorise", model.pointer, options, work.callback, None))
    for failure in result.texts("failures"):
        warnings.warn("left out: {}".format(failure), stacklevel=3)
    return Factors(result)


def run_report(
    model: Handle,
    compared: Optional[Handle],
    images: Paths,
    output: Path,
    methods: Union[None, str, Sequence[str]],
    preprocessing: Optional[Preprocessing],
    progress: ProgressOption,
    fields: Dict[str, object],
) -> ReportOutcome:
    """Model.report, with its further options as `fields`."""
    page = path_text(output, "output")
    options = options_json(
        {
            **fields,
            "images": path_list(images, "images"),
            "output": page,
            "methods": _method_list(methods),
            "preprocessing": preprocessing_field(preprocessing),
        }
    )
    work = ProgressCall(progress, "report")
    other = None if compared is None else compared.pointer
    return ReportOutcome(page, work.run(lambda: Result("report", model.pointer, other, options, work.callback, None)))


def run_comparison(
    first: Handle,
    second: Handle,
    images: Paths,
    output: Optional[Path],
    methods: Union[None, str, Sequence[str]],
    preprocessing: Optional[Preprocessing],
    progress: ProgressOption,
    fields: Dict[str, object],
) -> NetworkComparison:
    """Model.compare_with, with its further options as `fields`."""
    options = options_json(
        {
            **fields,
            "images": path_list(images, "images"),
            "output": None if output is None else path_text(output, "output"),
            "methods": _method_list(methods),
            "preprocessing": preprocessing_field(preprocessing),
        }
    )
    work = ProgressCall(progress, "compare")
    return NetworkComparison(
        work.run(lambda: Result("compare", first.pointer, second.pointer, options, work.callback, None))
    )


def run_evaluation(
    model: Handle,
    kind: str,
    images: Paths,
    output: Optional[Path],
    methods: Union[None, str, Sequence[str]],
    preprocessing: Optional[Preprocessing],
    progress: ProgressOption,
    fields: Dict[str, object],
) -> Evaluation:
    """Model.evaluate, with its further options as `fields`."""
    if kind not in ("faithfulness", "sanity", "localization"):
        raise InputError("kind is {!r}: expected faithfulness, sanity or localization".format(kind))
    is_folder = kind == "localization"
    if is_folder and output is None:
        raise InputError("output is None: the kind localization writes its rows into a folder, from which it can go on")
    options = options_json(
        {
            **fields,
            "kind": kind,
            "images": path_text(images, "images") if is_folder else path_list(images, "images"),
            "output": None if output is None else path_text(output, "output"),
            "methods": _method_list(methods),
            "preprocessing": preprocessing_field(preprocessing),
        }
    )
    work = ProgressCall(progress, kind)
    return Evaluation(work.run(lambda: Result("evaluate", model.pointer, options, work.callback, None)))


def merge_evaluations(inputs: Paths, output: Path) -> Evaluation:
    """Joins the results of shards of an evaluation of localisation, and writes them into the folder `output`.

    inputs: folders of results, or files images-I-of-N.csv. InputError that names missing or contradicting shards.
    """
    fields = {"kind": "merge", "inputs": path_list(inputs, "inputs"), "output": path_text(output, "output")}
    return Evaluation(Result("evaluate", None, options_json(fields), NO_PROGRESS, None))
