#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# rtmp.sh rtmp://SERVER/APP/KEY [STYLE]: camera and microphone, the picture stylized, to an RTMP server.
# Without the queue that drops old frames the delay would grow for as long as the stream runs, where the machine is slow.
set -eu
: "${SOURCE:=v4l2src}" "${AUDIO:=autoaudiosrc}" "${SINK:=rtmp2sink location=$1}"
# shellcheck disable=SC2086
exec gst-launch-1.0 -e flvmux name=mux streamable=true ! queue ! $SINK \
    $SOURCE ! videoconvert ! queue max-size-buffers=1 leaky=downstream ! \
    videorate drop-only=true ! idiom style="${2:-starry-night}" ! videoconvert ! \
    x264enc tune=zerolatency speed-preset=veryfast bitrate=2500 key-int-max=60 ! h264parse ! queue ! mux. \
    $AUDIO ! queue ! audioconvert ! audioresample ! avenc_aac ! aacparse ! queue ! mux.
