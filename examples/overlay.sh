#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Captions, bubbles and emoji as a layer with alpha over any other video, as streaming programs use it: a second idiom paints
# the video itself. FORMAT: RGBA or A420. Set OUT to write a file instead of opening a window.
set -eu
caption=${1:-Good morning}
sink="videoconvert ! autovideosink sync=false"
[ -z "${OUT:-}" ] || sink="videoconvert ! pngenc snapshot=true ! filesink location=$OUT"
# shellcheck disable=SC2086 # several words on purpose
exec gst-launch-1.0 -q compositor name=mix sink_1::zorder=2 ! $sink \
    videotestsrc num-buffers="${FRAMES:--1}" ! video/x-raw,width=640,height=360 ! idiom style="${STYLE:-none}" ! videoconvert ! mix.sink_0 \
    videotestsrc num-buffers="${FRAMES:--1}" pattern=black ! video/x-raw,format="${FORMAT:-RGBA}",width=640,height=360 ! \
    idiom style=none background=transparent caption="$caption" bubble="Hello!" emoji=party emoji-place=top-left ! mix.sink_1
