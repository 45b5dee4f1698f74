#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""application.py VIDEO STYLE...: plays a video in one style after the other, changed every three seconds while it plays.

What a program has to do: make the element, set properties at any time, read what the bus says."""

import os
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402


def main(video, *styles):
    Gst.init(None)
    idiom = Gst.ElementFactory.make("idiom") or sys.exit("the element idiom is not installed")
    idiom.set_property("style-fade", Gst.SECOND)
    play = Gst.ElementFactory.make("playbin")
    play.set_property("uri", Gst.filename_to_uri(video))
    play.set_property("video-filter", idiom)
    if "SINK" in os.environ:
        for sink in "video-sink", "audio-sink":
            play.set_property(sink, Gst.parse_bin_from_description(os.environ["SINK"], True))
    loop = GLib.MainLoop()
    waiting = list(styles)

    def next_style():
        if waiting:
            idiom.set_property("style", waiting.pop(0))
        return bool(waiting)

    def heard(_bus, message):
        if message.type == Gst.MessageType.ERROR:
            print(message.parse_error().gerror.message, file=sys.stderr)
            loop.quit()
        elif message.type == Gst.MessageType.WARNING:  # a style that cannot be used: the old one stays
            print(message.parse_warning().gerror.message, file=sys.stderr)
        elif message.type == Gst.MessageType.EOS:
            print(idiom.get_property("stats").to_string())
            loop.quit()

    bus = play.get_bus()
    bus.add_signal_watch()
    bus.connect("message", heard)
    next_style()
    GLib.timeout_add_seconds(3, next_style)
    play.set_state(Gst.State.PLAYING)
    loop.run()
    play.set_state(Gst.State.NULL)


main(*sys.argv[1:])
