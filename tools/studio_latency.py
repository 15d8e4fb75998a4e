#!/usr/bin/env python3
"""Measures how soon a studio shows something, by its HTTP interface.

    tools/studio_latency.py build/release/fovea [--rounds 20] [--photos samples] [options of 'fovea serve' behind --]

1. From the start of 'fovea serve' to the first map of the first photo, by way of the page, the models and the photos.
2. From a dropped photo (its bytes are sent) to its map, and how much of that is the engine's work: decoding the photo, framing it, the
   forward and the backward pass. The rest is what the studio adds. Each photo is new to the studio in each round.

Shows the median and the slowest. Python's standard library only.
"""
import argparse
import json
import pathlib
import statistics
import time

from studio_client import Studio


def first_map(program, options, method):
    """Seconds from the program's start to the first map."""
    studio = Studio(program, options)
    try:
        connection = studio.connect()
        studio.ask(connection, "GET", "/")
        model = json.loads(studio.ask(connection, "GET", "/api/models")[1])["models"][0]["id"]
        photo = json.loads(studio.ask(connection, "GET", "/api/photos")[1])["photos"][0]["id"]
        answer, _ = studio.ask(connection, "GET", "/api/map", {"model": model, "photo": photo, "method": method})
        assert answer.status == 200
        return time.perf_counter() - studio.begun
    finally:
        studio.stop()


def dropped_photo(studio, connection, model, path, method):
    """Seconds from sending a photo to its map, and those of the engine's work."""
    begun = time.perf_counter()
    answer, body = studio.ask(connection, "POST", "/api/photos", {"name": path.name}, path.read_bytes())
    assert answer.status == 201, body
    photo = json.loads(body)["id"]
    answer, body = studio.ask(connection, "GET", "/api/map", {"model": model, "photo": photo, "method": method})
    assert answer.status == 200, body
    total = time.perf_counter() - begun
    studio.ask(connection, "DELETE", f"/api/photos/{photo}")
    return total, float(answer.getheader("X-Fovea-Seconds"))


def show(name, seconds):
    print(f"{name:52} median {1000 * statistics.median(seconds):7.1f} ms   slowest {1000 * max(seconds):7.1f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--photos", default="samples", help="a folder of JPEG files")
    parser.add_argument("--method", default="gradient")
    parser.add_argument("options", nargs="*", help="options of 'fovea serve'")
    arguments = parser.parse_args()
    show("start to first map", [first_map(arguments.program, arguments.options, arguments.method) for _ in range(5)])
    photos = sorted(pathlib.Path(arguments.photos).glob("*.jpg"))
    studio = Studio(arguments.program, arguments.options)
    try:
        connection = studio.connect()
        model = json.loads(studio.ask(connection, "GET", "/api/models")[1])["models"][0]["id"]
        dropped_photo(studio, connection, model, photos[0], arguments.method)  # compiles the method
        times = [dropped_photo(studio, connection, model, photos[i % len(photos)], arguments.method) for i in range(arguments.rounds)]
    finally:
        studio.stop()
    show("dropped photo to its map", [total for total, _ in times])
    show("  of this framing, forward and backward pass", [engine for _, engine in times])
    show("  of this decoding the photo, and the studio's own", [total - engine for total, engine in times])


main()
