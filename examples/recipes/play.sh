#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# play.sh VIDEO [STYLE]: a video with its sound, stylized, in GStreamer's own player (space pauses, arrows seek). The player
# has no option for a filter; a sink may be a whole pipeline.
set -eu
exec gst-play-1.0 --videosink="videoconvert ! idiom style=${2:-starry-night} ! videoconvert ! ${SINK:-autovideosink}" \
    --audiosink="${AUDIO_SINK:-autoaudiosink}" "$1"
