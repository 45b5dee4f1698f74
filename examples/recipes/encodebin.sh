#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# encodebin.sh IN OUT.webm [STYLE]: the same with encodebin, which finds the encoders for a profile itself; the picture only.
set -eu
exec gst-launch-1.0 -e uridecodebin3 uri="file://$(realpath "$1")" caps=video/x-raw ! queue ! videoconvert ! \
    idiom style="${3:-starry-night}" ! videoconvert ! encodebin profile="video/webm:video/x-vp8" ! filesink location="$2"
