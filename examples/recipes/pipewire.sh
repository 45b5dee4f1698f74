#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# pipewire.sh [STYLE]: a camera of PipeWire's, stylized, as another camera of PipeWire's, without a kernel module.
# SOURCE='pipewiresrc path=NODE' takes another node, a screen that is shared, say; "pw-cli ls Node" lists them.
set -eu
: "${SOURCE:=pipewiresrc}"
: "${SINK:=pipewiresink mode=provide stream-properties=props,media.class=Video/Source,media.role=Camera}"
# shellcheck disable=SC2086
exec gst-launch-1.0 $SOURCE ! videoconvert ! queue max-size-buffers=1 leaky=downstream ! \
    videorate drop-only=true ! idiom style="${1:-starry-night}" ! videoconvert ! $SINK
