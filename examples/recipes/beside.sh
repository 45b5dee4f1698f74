#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# beside.sh [STYLE]: the camera stylized, and in a corner of the picture as it is.
set -eu
: "${SOURCE:=v4l2src}" "${SINK:=autovideosink sync=false}"
# shellcheck disable=SC2086
exec gst-launch-1.0 compositor name=mix background=black sink_1::xpos=470 sink_1::ypos=260 sink_1::zorder=2 ! \
    videoconvert ! $SINK \
    $SOURCE ! videoconvert ! videoscale ! video/x-raw,width=640,height=360 ! tee name=camera \
    camera. ! queue max-size-buffers=1 leaky=downstream ! videorate drop-only=true ! \
    idiom style="${1:-starry-night}" ! queue ! mix.sink_0 \
    camera. ! queue leaky=downstream ! videoscale ! video/x-raw,width=160,height=90 ! mix.sink_1
