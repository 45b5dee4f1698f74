#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# playbin.sh VIDEO [STYLE]: the same with playbin, as programs have it that play videos: the element is its video-filter.
set -eu
# shellcheck disable=SC2086
exec gst-launch-1.0 playbin uri="file://$(realpath "$1")" video-filter="idiom style=${2:-starry-night}" \
    ${SINK:+video-sink="$SINK" audio-sink="$SINK"}
