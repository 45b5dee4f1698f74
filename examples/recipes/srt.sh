#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# srt.sh [PORT [STYLE]]: the first camera, stylized, for whoever connects by SRT: ffplay srt://HOST:7001
set -eu
: "${SOURCE:=v4l2src}" "${SINK:=srtsink uri=srt://:${1:-7001}?mode=listener wait-for-connection=false}"
# shellcheck disable=SC2086
exec gst-launch-1.0 -e $SOURCE ! videoconvert ! queue max-size-buffers=1 leaky=downstream ! \
    videorate drop-only=true ! idiom style="${2:-starry-night}" ! videoconvert ! \
    x264enc tune=zerolatency speed-preset=veryfast bitrate=2500 key-int-max=30 ! h264parse config-interval=-1 ! \
    mpegtsmux alignment=7 ! $SINK
