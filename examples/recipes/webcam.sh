#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# webcam.sh [STYLE]: the first camera, stylized, in a window.
# The queue holds one frame and drops older ones, so that the delay stays that of two frames where the machine is too slow
# for all; videorate takes the mark off that the queue sets after each drop, which would end the smoothing over time.
# sync=false: a frame that is late is shown all the same. A camera that sends JPEG: SOURCE='v4l2src ! image/jpeg ! jpegdec'
set -eu
: "${SOURCE:=v4l2src}" "${SINK:=autovideosink sync=false}"
# shellcheck disable=SC2086 # several words on purpose, here and in all recipes
exec gst-launch-1.0 $SOURCE ! videoconvert ! queue max-size-buffers=1 leaky=downstream ! \
    videorate drop-only=true ! idiom style="${1:-starry-night}" ! videoconvert ! $SINK
