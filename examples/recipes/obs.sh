#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# obs.sh [STYLE]: prints the pipeline for a "GStreamer Source" in OBS (plugin obs-gstreamer): the first camera, stylized.
# The other way round, what OBS mixes is stylized through its virtual camera: "Start Virtual Camera", and then
#   SOURCE='v4l2src device=/dev/video10' ./loopback.sh     (with a second v4l2loopback device as its SINK)
set -eu
cat <<PIPELINE
${SOURCE:-v4l2src} ! videoconvert ! queue max-size-buffers=1 leaky=downstream !
videorate drop-only=true ! idiom style=${1:-starry-night} ! videoconvert ! video/x-raw,format=I420 ! video.
PIPELINE
