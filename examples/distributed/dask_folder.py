#!/usr/bin/env python3
"""Saliency maps of many photos by workers of Dask: processes of this machine, or
those that a scheduler has anywhere.

  dask_folder.py photos/ photos-*.tar -m net.onnx -o maps --processes 4
  dask_folder.py photos-*.tar -m net.onnx -o maps --scheduler tcp://head:8786

A shard is an archive, or some photos of the folders. For each a worker writes
rows (00003.csv) and maps (00003.tar, with a/b-heat.png and a/b-map.npy for the
photo a/b.jpg), whole or not at all; then results.csv has all rows, as the table
of `fovea saliency`. The same command goes on after any end, and the bytes of
results depend on photos, network and options alone. Paths must lead to the same
files on all machines. Needs python3-distributed.
"""

import argparse
import collections
import contextlib
import csv
import hashlib
import io
import itertools
import json
import os
import pathlib
import socket
import sys
import tarfile
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Optional, Sequence, Set, Tuple

import numpy as np
from distributed import Client, LocalCluster, as_completed

import fovea

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".ppm", ".pgm", ".pnm", ".pbm")
ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
COLUMNS = "image,class,wordnet_id,name,score,probability,x0,y0,x1,y1,rank,truth,error".split(",")


@dataclass(frozen=True)
class Shard:
    """What one worker does at a time: an archive or several photos, by the names that the user gave, in `folder`."""

    name: str
    folder: str
    paths: Tuple[str, ...]


@dataclass(frozen=True)
class Photo:
    """A photo's name in the table, that of its results without the ending, its file's bytes, or what is wrong with it,
    and the index of the class that it shows."""

    name: str
    result: str = ""
    content: bytes = b""
    problem: str = ""
    truth: Optional[int] = None


def find_shards(inputs: Sequence[str], photos_in_shard: int) -> List[Shard]:
    """The archives, and behind them the photos, those of folders sorted by name."""
    groups: List[Tuple[str, ...]] = []
    photos: List[str] = []
    for given in inputs:
        if given.lower().endswith(ARCHIVES):
            groups.append((given,))
        elif os.path.isdir(given):
            names = sorted(name for name in os.listdir(given) if name.lower().endswith(PICTURES))
            photos += [os.path.join(given, name) for name in names]
        else:
            photos.append(given)
    groups += [tuple(photos[i : i + photos_in_shard]) for i in range(0, len(photos), photos_in_shard)]
    return [Shard("{:05}".format(number), os.getcwd(), paths) for number, paths in enumerate(groups)]


# ---- What a worker does ----


def explain_shard(shard: Shard, model: fovea.Model, method: str, target: Optional[int], output: pathlib.Path) -> int:
    """Writes maps and rows of a shard. Gives the number of its photos.

    What is wrong with a photo is a row of the table; other exceptions are Dask's, which has the shard done again.
    """
    rows = io.StringIO(newline="")
    table = csv.DictWriter(rows, COLUMNS, lineterminator="\n")
    times: Dict[str, int] = collections.Counter()
    archive = partial(output / (shard.name + ".tar"))
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as maps:
        for photo in photos_of(shard):
            times[photo.result] += 1
            result = photo.result + ("-{}".format(times[photo.result]) if times[photo.result] > 1 else "")
            row = {"image": photo.name, "truth": photo.truth}
            try:
                if photo.problem:
                    raise fovea.InputError(photo.problem)
                found = model.saliency(fovea.decode_image(photo.content, photo.name), method, target)
            except fovea.InputError as error:
                table.writerow({**row, "error": error})
                continue
            row.update({"class": found.target, "name": found.label, "score": "{:.9g}".format(found.score)})
            if found.probability is not None:
                row["probability"] = "{:.9g}".format(found.probability)
            if found.target < len(model.wordnet_ids):
                row["wordnet_id"] = model.wordnet_ids[found.target]
            table.writerow(row)
            array = io.BytesIO()
            np.save(array, found.map)
            add_member(maps, result + "-heat.png", fovea.encode_png(found.heat()))
            add_member(maps, result + "-map.npy", array.getvalue())
    os.replace(archive, output / (shard.name + ".tar"))
    write_whole(output / (shard.name + ".csv"), rows.getvalue())  # last: it says that the shard is done
    return sum(times.values())


def photos_of(shard: Shard) -> Iterator[Photo]:
    if shard.paths[0].lower().endswith(ARCHIVES):
        yield from photos_in_archive(shard.paths[0], os.path.join(shard.folder, shard.paths[0]))
        return
    for name in shard.paths:
        path = pathlib.Path(shard.folder, name)
        beside = {file.name: file.read_bytes() for file in map(path.with_suffix, (".cls", ".json")) if file.is_file()}
        truth = truth_in(beside, path.stem)
        try:
            yield Photo(name, path.stem, path.read_bytes(), truth=truth)
        except OSError as error:
            yield Photo(name, path.stem, problem="{}: cannot read: {}".format(name, error.strerror), truth=truth)


def unique(name: str, taken: Set[str]) -> str:
    """The name, or with -2, -3, ... behind it where it is taken."""
    numbered = ("{}-{}".format(name, serial) for serial in itertools.count(2))
    free = next(each for each in itertools.chain([name], numbered) if each not in taken)
    taken.add(free)
    return free


def photos_in_archive(name: str, path: str) -> Iterator[Photo]:
    """The photos of a tar archive as webdataset writes it: what belongs to a photo, such as its class, stands beside it and
    differs from it behind the first dot. Nothing is unpacked to the disk."""

    def key(member: tarfile.TarInfo) -> str:
        folder, base = os.path.split(member.name)
        return os.path.join(folder, base.split(".")[0])

    taken: Set[str] = set()
    try:
        with open(path, "rb") as file, tarfile.open(fileobj=file, mode="r|*") as archive:
            for _, members in itertools.groupby(filter(tarfile.TarInfo.isfile, archive), key):
                files = [(member.name, archive.extractfile(member).read()) for member in members]
                contents = dict(files)
                for member, content in files:
                    stem, ending = os.path.splitext(member)
                    parts = [part for part in stem.split("/") if part not in ("", ".", "..")]
                    if ending.lower() in PICTURES and not parts[-1].startswith("._"):  # of macOS
                        shown = "{}/{}".format(name, member.removeprefix("./"))
                        yield Photo(shown, unique("/".join(parts), taken), content, truth=truth_in(contents, stem))
                archive.members = []  # which tarfile would keep
    except tarfile.TarError as error:
        yield Photo(name, problem="{}: {}".format(name, error))


def truth_in(contents: Dict[str, bytes], stem: str) -> Optional[int]:
    """The class in STEM.cls, or in the field "label" of STEM.json."""
    if stem + ".cls" in contents:
        text = contents[stem + ".cls"].strip()
        return int(text) if text.isdigit() else None
    try:
        label = json.loads(contents.get(stem + ".json", b"{}")).get("label")
    except (ValueError, AttributeError):
        return None
    return label if type(label) is int and label >= 0 else None


def add_member(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """Without time and owner, so that the same maps make the same archive."""
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def partial(path: pathlib.Path) -> pathlib.Path:
    """The name of a file until it is whole; another one for each process, since Dask may start a shard twice."""
    return path.with_name(".{}.{}-{}.partial".format(path.name, socket.gethostname(), os.getpid()))


def write_whole(path: pathlib.Path, content: str) -> None:
    partial(path).write_text(content, encoding="utf-8", newline="")
    os.replace(partial(path), path)


# ---- What the client does ----


def begin(output: pathlib.Path, settings: Dict[str, Any]) -> None:
    """Makes the folder of results. Ends the program where it has results of another run."""
    output.mkdir(parents=True, exist_ok=True)
    manifest = output / "manifest.json"
    if not manifest.exists():
        write_whole(manifest, json.dumps({"settings": settings, "finished": False}, indent=2) + "\n")
    earlier = json.loads(manifest.read_text())["settings"]
    for name, value in settings.items():
        if earlier.get(name) != value:
            sys.exit(
                "{}: the earlier run had {} {!r}, this one has {!r}: name another folder".format(
                    output, name, earlier.get(name), value
                )
            )


def run(client: Client, shards: Sequence[Shard], model: fovea.Model, **options: Any) -> List[str]:
    """Has the shards done. Gives a sentence for each that could not be done; the others are done nevertheless."""
    failures = []
    futures = client.map(explain_shard, shards, model=model, pure=False, retries=2, **options)
    names = {future.key: shard.name for future, shard in zip(futures, shards)}
    for done, future in enumerate(as_completed(futures), 1):
        if future.status == "error":
            error = future.exception()
            if isinstance(error, fovea.ModelError):  # which all shards would end with
                sys.exit(str(error))
            failures.append("shard {}: {}: {}".format(names[future.key], type(error).__name__, error))
        print("{} of {} shards".format(done, len(shards)), file=sys.stderr)
    return failures


def finish(output: pathlib.Path, shards: Sequence[Shard], settings: Dict[str, Any]) -> Tuple[int, int]:
    """Joins the rows of all shards. Gives the number of photos and that of photos without a result."""
    photos = failed = 0
    with open(partial(output / "results.csv"), "w", encoding="utf-8", newline="") as table:
        table.write(",".join(COLUMNS) + "\n")
        for shard in shards:
            rows = (output / (shard.name + ".csv")).read_text(encoding="utf-8")
            table.write(rows)
            errors = [bool(row[-1]) for row in csv.reader(io.StringIO(rows, newline=""))]
            photos, failed = photos + len(errors), failed + sum(errors)
    os.replace(partial(output / "results.csv"), output / "results.csv")
    counts = {"settings": settings, "finished": True, "photos": photos, "failed": failed}
    write_whole(output / "manifest.json", json.dumps(counts, indent=2) + "\n")
    for leftover in output.glob(".*.partial"):  # of workers that were killed
        leftover.unlink()
    return photos, failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+", metavar="PHOTOS", help="tar archives, folders and photos")
    parser.add_argument("-m", "--model", help="an ONNX file, or the name of a network (default: the bundled one)")
    parser.add_argument("-o", "--output", required=True, type=pathlib.Path, help="the folder of results")
    parser.add_argument("--method", default="gradient", choices=fovea.methods(), metavar="NAME", help="of the maps (default: %(default)s)")
    parser.add_argument("--class", dest="target", help="the class to explain, by index or name (default: each best guess)")
    parser.add_argument("--preprocess", help="torchvision, caffe, tf or none (default: what the file says)")
    parser.add_argument("--labels", help="a file with the names of the classes")
    parser.add_argument("--photos-in-shard", type=int, default=500, metavar="N", help="of folders (default: %(default)s)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--scheduler", metavar="ADDRESS", help="of a cluster that runs already: tcp://HOST:PORT")
    where.add_argument("--processes", type=int, default=os.cpu_count(), metavar="N", help="of this machine (default: %(default)s)")
    arguments = parser.parse_args()

    shards = find_shards(arguments.inputs, arguments.photos_in_shard)
    # A worker computes in as many threads as it has tasks at a time; each of them needs one processor.
    model = fovea.Model(
        arguments.model or fovea.bundled_model_path(), threads=1, preprocessing=arguments.preprocess, labels=arguments.labels
    )
    target = None if arguments.target is None else model.find_class(arguments.target)
    listed = json.dumps([shard.paths for shard in shards]).encode()
    settings = {
        "fovea": fovea.LIBRARY_VERSION,
        "model": model.sha256,
        "preprocessing": model.preprocessing,
        "labels": hashlib.sha256(json.dumps([model.labels, model.wordnet_ids]).encode()).hexdigest(),
        "method": arguments.method,
        "class": target,
        "shards": [len(shards), hashlib.sha256(listed).hexdigest()],
    }
    output = arguments.output.absolute()
    begin(output, settings)
    missing = [shard for shard in shards if not (output / (shard.name + ".csv")).exists()]
    if missing:
        with contextlib.ExitStack() as stack:
            address = arguments.scheduler or stack.enter_context(
                LocalCluster(arguments.processes, threads_per_worker=1, dashboard_address=None, memory_limit=None)
            )
            client = stack.enter_context(Client(address))
            failures = run(client, missing, model, method=arguments.method, target=target, output=output)
        if failures:
            sys.exit("\n".join(failures) + "\n{} of {} shards are not done: the same command does them".format(len(failures), len(shards)))
    photos, failed = finish(output, shards, settings)
    print("{} photos, {} without a result\n  {}".format(photos, failed, output / "results.csv"))
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (fovea.Error, OSError) as error:
        sys.exit("dask_folder.py: {}".format(error))
