#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# after.sh LIBDIR [PLUGINS GSTREAMERS]: run by "meson install" where files went to their final place. Makes the library
# known to the linker, if that needs to be done and may be, and says what is still missing.
set -eu
libdir=$1 plugins=${2-} found=${3-} PATH=$PATH:/usr/sbin:/sbin
if [ "$(id -u)" = 0 ] && command -v ldconfig >/dev/null; then
    ldconfig
fi
[ -z "${MESON_INSTALL_QUIET-}" ] || exit 0
if ! ldconfig -p 2>/dev/null | grep -qF "$libdir/libidiom.so"; then
    echo "programs that use libidiom need LD_LIBRARY_PATH=$libdir, or -Wl,-rpath,$libdir when they are linked"
fi
case $plugins in
"$found" | "${HOME-}/.local/share/gstreamer-1.0/plugins") ;;
*)
    echo "GStreamer finds the element with GST_PLUGIN_PATH=$plugins, or a link to it in ~/.local/share/gstreamer-1.0/plugins" ;;
esac
