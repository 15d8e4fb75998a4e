"""Which nodes of an ONNX file run on an NVIDIA GPU."""

from __future__ import annotations

from typing import NamedTuple

from ._arguments import Path
from ._arguments import path as path_bytes
from ._results import Result


class CudaNode(NamedTuple):
    """A node: its name `node`, its `operator`, whether it runs `on_gpu`, the `reason` why not, what would run `instead`."""

    node: str
    operator: str
    on_gpu: bool
    reason: str
    instead: str


class CudaSupport:
    """What ONNX Runtime's CUDA provider runs of an ONNX file, by the list of operators that a release has published.

    Attributes:
        opset: operator set of the file.
        version, date: of the release of ONNX Runtime; last_opset: the newest operator set of its list.
        nodes: a CudaNode for each node. gaps: how many of them do not run on a GPU.
        text: a table for people; also `str(support)`.
    """

    def __init__(self, result: Result) -> None:
        fields = result.json("support")
        self.opset: int = fields["opset"]
        self.version: str = fields["onnxruntime"]["version"]
        self.date: str = fields["onnxruntime"]["date"]
        self.last_opset: int = fields["onnxruntime"]["last_opset"]
        self.gaps: int = fields["gaps"]
        self.nodes = [CudaNode(**node) for node in fields["nodes"]]
        self.text = result.text("text")

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return "<CudaSupport: {} of {} nodes not on a GPU>".format(self.gaps, len(self.nodes))


def cuda_support(path: Path) -> CudaSupport:
    """What an NVIDIA GPU runs of an ONNX file, of whatever origin, in ONNX Runtime. ModelError if it is no ONNX file."""
    return CudaSupport(Result("cuda_support", path_bytes(path, "path")))
