#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Fetches a network that finds people (MediaPipe's selfie segmentation, Apache-2.0) with npm and makes the file of it that
# subject=people looks for. usage: examples/get-people.sh [FOLDER], by default the folder of one's own styles
set -eu
folder=${1:-${XDG_DATA_HOME:-$HOME/.local/share}/idiom/styles}
train=${IDIOM_TRAIN:-idiom-train}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v npm >/dev/null || { echo "npm is needed (apt-get install npm)" >&2; exit 1; }
(cd "$work" && npm pack --silent @mediapipe/selfie_segmentation >/dev/null && tar xzf ./*.tgz)
mkdir -p "$folder"
"$train" import "$work/package/selfie_segmentation_landscape.tflite" --out "$folder/people.safetensors" \
    --licence Apache-2.0 --attribution "MediaPipe Selfie Segmentation, Google; npm package @mediapipe/selfie_segmentation"
echo "$folder/people.safetensors: now idiom subject=people finds them"
