#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# loopback.sh [STYLE]: the first camera, stylized, as a camera that other programs see (video calls, OBS, browsers).
# Once before, as root: modprobe v4l2loopback video_nr=10 card_label=idiom exclusive_caps=1
set -eu
: "${SOURCE:=v4l2src}" "${SINK:=v4l2sink device=/dev/video10 sync=false}"
# shellcheck disable=SC2086
exec gst-launch-1.0 $SOURCE ! videoconvert ! queue max-size-buffers=1 leaky=downstream ! \
    videorate drop-only=true ! idiom style="${1:-starry-night}" ! videoconvert ! video/x-raw,format=YUY2 ! $SINK
