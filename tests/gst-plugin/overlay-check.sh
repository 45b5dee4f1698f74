#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# examples/overlay.sh makes a picture of the video with something over it, in both formats that have alpha. Skipped where there is no compositor.
set -eu
gst-inspect-1.0 compositor >/dev/null 2>&1 && gst-inspect-1.0 pngenc >/dev/null 2>&1 || { echo "no compositor or pngenc"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
gst-launch-1.0 -q videotestsrc num-buffers=1 ! video/x-raw,width=640,height=360 ! pngenc ! filesink location="$folder/without.png"
for format in RGBA A420; do
    FORMAT=$format OUT=$folder/with.png FRAMES=2 "$1/examples/overlay.sh" "Hello"
    [ -s "$folder/with.png" ] && ! cmp -s "$folder/with.png" "$folder/without.png"
done
