#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# examples/webcam.sh [STYLE]: the first camera, stylized, in a window; a moving test picture where there is no camera.
# Frames that come while one is being stylized are dropped, so the delay stays that of two frames. The queue marks the
# frame after a dropped one as DISCONT, which would end the smoothing over time; videorate takes the mark off.
# For an uninstalled build: meson devenv -C build examples/webcam.sh
set -eu
if [ -e /dev/video0 ]; then
    source=v4l2src
else
    source='videotestsrc is-live=true pattern=ball'
fi
# shellcheck disable=SC2086 # several words on purpose
exec gst-launch-1.0 $source ! videoconvert ! videoscale ! video/x-raw,width=640,height=360 ! \
    queue max-size-buffers=1 leaky=downstream ! videorate drop-only=true ! \
    idiom ${1:+style="$1"} ! videoconvert ! autovideosink sync=false
