#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# examples/speaks.py in short form makes a clip, without a warning on the way. Skipped without Python's GStreamer.
set -eu
/usr/bin/python3 -c 'import gi; gi.require_version("Gst", "1.0")' 2>/dev/null || { echo "SKIPPED: no python3-gi"; exit 77; }
gst-inspect-1.0 --exists x264enc || { echo "SKIPPED: no x264enc"; exit 77; }
out=$(mktemp --suffix=.mp4)
trap 'rm -f "$out"' EXIT
"$1/examples/speaks.py" --build "$2" --seconds 0.6 --size 160x90 "$out"
[ "$(wc -c <"$out")" -gt 4000 ]
