#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# transcode.sh IN OUT.mp4 [STYLE]: stylizes a video file; what sound it has is kept, encoded anew.
set -eu
audio=
if gst-discoverer-1.0 "$1" | grep -q 'audio'; then
    audio='in. ! queue ! audioconvert ! audioresample ! avenc_aac ! aacparse ! mux.'
fi
# shellcheck disable=SC2086
exec gst-launch-1.0 -e mp4mux name=mux ! filesink location="$2" \
    filesrc location="$1" ! decodebin name=in ! queue ! videoconvert ! idiom style="${3:-starry-night}" ! \
    videoconvert ! x264enc ! h264parse ! queue ! mux. $audio
