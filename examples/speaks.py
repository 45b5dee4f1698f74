#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""examples/speaks.py [--seconds 20] [--build build] OUT.mp4: a clip that our own code draws, in which the picture speaks.

Captions, emoji, a sentence that sets a look, rain, a bubble that follows a face as the camera moves, lines and tones: each is
set while the clip plays, as a program would. Needs python3-gi.
"""
import argparse
import os
import subprocess
import sys
import tempfile

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

NOTHING = {"caption": None, "bubble": None, "emoji": None, "line": 0.0, "tones": 0.0}
# from which share of the clip on, and what
PARTS = [
    (0.00, {"style": "comic", "caption": "Good <b>morning</b>, 世界 😀"}),
    (0.17, {"style": "starry-night", "caption": "Bonjour, שלום, مرحبا", "emoji": "heart", "emoji-place": "bottom-right"}),
    (0.32, {"say": "a calm candy with the caption '早上好，你好吗？' and a star at the top left"}),
    (0.46, {"style": "woodblock", "emoji": "party heart star", "emoji-place": "rain"}),
    (0.60, {"style": "comic", "bubble": "What a day!", "bubble-anchor": "0.93,0.64"}),
    (0.76, {"bubble": "Is it tea time?", "bubble-kind": "thought", "bubble-anchor": "0.82,0.62", "style": "ink"}),
    (0.90, {"style": "none", "line": 1.0, "tones": 0.8, "caption": "Lines and tones, no style"}),
]


def speak(pad, info, state):
    """Sets what is due before the frame goes on."""
    share = info.get_buffer().pts / Gst.SECOND / state["seconds"]
    while state["parts"] and share >= state["parts"][0][0]:
        for name, value in {**NOTHING, **state["parts"].pop(0)[1]}.items():
            Gst.util_set_object_arg(state["idiom"], name, str(value)) if isinstance(value, str) else \
                state["idiom"].set_property(name, value)
    return Gst.PadProbeReturn.OK


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--build", default="build")
    parser.add_argument("out")
    options = parser.parse_args()
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for variable, folder in (("GST_PLUGIN_PATH", os.path.abspath(options.build) + "/gst-plugin"),
                             ("IDIOM_STYLE_PATH", root + "/styles")):
        os.environ[variable] = folder + (":" + os.environ[variable] if variable in os.environ else "")
    Gst.init(None)
    with tempfile.TemporaryDirectory() as folder:
        scene = folder + "/scene.mp4"
        subprocess.run([options.build + "/examples/idiom-demo-scene", "--size", options.size, "--seconds",
                        str(options.seconds), scene], check=True)
        pipeline = Gst.parse_launch(f"filesrc location={scene} ! decodebin ! idiom name=idiom caption-position=top ! "
                                    f"videoconvert ! x264enc bitrate=3000 ! mp4mux ! filesink location=\"{options.out}\"")
        idiom = pipeline.get_by_name("idiom")
        idiom.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, speak,
                                               {"idiom": idiom, "parts": list(PARTS), "seconds": options.seconds})
        pipeline.set_state(Gst.State.PLAYING)
        wanted = Gst.MessageType.EOS | Gst.MessageType.ERROR | Gst.MessageType.WARNING
        message = pipeline.get_bus().timed_pop_filtered(Gst.CLOCK_TIME_NONE, wanted)
        pipeline.set_state(Gst.State.NULL)
    if message.type == Gst.MessageType.EOS:
        return 0
    error, _ = message.parse_error() if message.type == Gst.MessageType.ERROR else message.parse_warning()
    print(error.message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
