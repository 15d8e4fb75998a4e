#!/usr/bin/env python3
"""Asks a studio for maps from several connections at a time, and shows rates, latencies and the server's memory.

    tools/studio_load.py build/release/fovea [--requests 2000] [--connections 8] [options for 'fovea serve' behind --]

Starts 'fovea serve' itself, on a free port, and asks first for one map again and again (kept: it is computed once), then for maps
that nobody has asked for (of other classes, contrasts, photos, methods and framings). Ends with 1 if any answer is an error, or if the
memory grows by more than a tenth from the first half of these to the second: kept results fill --memory in the first, so it must be small
enough for that (300 KB a map for the bundled network). Python's standard library only.
"""
import argparse
import json
import sys
import threading
import time

from studio_client import Studio


def run(studio, queries, connections):
    """Asks all queries from so many connections; the seconds of each answer, in order, and the errors."""
    seconds, errors, lock, left = [], [], threading.Lock(), iter(queries)

    def work():
        connection = studio.connect()
        while True:
            with lock:
                query = next(left, None)
            if query is None:
                return
            begun = time.perf_counter()
            answer, body = studio.ask(connection, "GET", "/api/map", query)
            took = time.perf_counter() - begun
            with lock:
                seconds.append(took)
                if answer.status != 200:
                    errors.append(f"{answer.status} {body[:200]!r}")

    threads = [threading.Thread(target=work) for _ in range(connections)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(seconds), errors, time.perf_counter() - begun


def report(name, studio, queries, connections):
    seconds, errors, total = run(studio, queries, connections)
    at = lambda part: 1000 * seconds[min(int(part * len(seconds)), len(seconds) - 1)]
    print(f"{name:24} {len(seconds):6} requests  {len(seconds) / total:8.0f} a second   "
          f"median {at(0.5):7.1f} ms   99 % {at(0.99):7.1f} ms   {len(errors)} errors   {studio.memory():6.0f} MiB", flush=True)
    for error in errors[:3]:
        print("  " + error)
    return len(errors)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("options", nargs="*", default=["--memory", "200MB"], help="options of 'fovea serve' (default: %(default)s)")
    arguments = parser.parse_args()
    studio = Studio(arguments.program, arguments.options)
    try:
        connection = studio.connect()
        models = json.loads(studio.ask(connection, "GET", "/api/models")[1])["models"]
        photos = json.loads(studio.ask(connection, "GET", "/api/photos")[1])["photos"]
        model, classes = models[0]["id"], models[0]["classes"]
        plain = {"model": model, "photo": photos[0]["id"], "method": "gradient"}
        kept = [plain] * arguments.requests
        # Every other class, contrast, photo, method and framing makes another map of those programs that are compiled once.
        choices = [dict(plain, photo=photo["id"], method=method, crops=crops, **{"class": wanted, "against": other})
                   for other in range(classes) for wanted in range(classes) if wanted != other for photo in photos
                   for method in ("gradient", "deconvnet", "grad-cam", "guided") for crops in ("1", "whole")]
        new = choices[: arguments.requests // 2]
        newer = choices[arguments.requests // 2 : arguments.requests]
        print(f"{'at the start':24} {studio.memory():.0f} MiB")
        errors = report("kept", studio, kept, arguments.connections)
        errors += report("not kept", studio, new, arguments.connections)
        first = studio.memory()
        errors += report("kept, again", studio, kept, arguments.connections)
        errors += report("others not kept", studio, newer, arguments.connections)
        second = studio.memory()
        ended = studio.stop()
        print(f"{'Ctrl-C':24} {1000 * ended:.0f} ms")
        sys.exit(errors > 0 or second > 1.1 * first)
    finally:
        studio.process.kill()


main()
