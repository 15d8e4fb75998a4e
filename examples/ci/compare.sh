#!/bin/sh
# Stops a release whose reasons have changed: compares a new network with the last release on a fixed set of photos.
#     examples/ci/compare.sh LAST.onnx NEW.onnx PHOTOS
# leaves compare.html, compare.csv and compare.json in the working folder. Exit codes: 0 release it; 1 photos that could not
# be read, or a network that could not be loaded; 2 a wrong command line; 3 the networks differ by more than allowed.
# FOVEA names another program than the one on the PATH, METHODS other methods.
exec "${FOVEA:-fovea}" compare "$1" "$2" "$3" --methods "${METHODS:-gradient,grad-cam}" \
  --max-changed 1% --min-correlation 0.9 --min-photo-correlation 0.5 -o compare.html --force --no-progress
