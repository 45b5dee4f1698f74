#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""webrtc.py [STYLE]: the first camera, stylized, sent by WebRTC and shown by a receiver in the same program.

The two tell each other offer, answer and ways to connect by calling functions here; a real pair would do so over the
network. Ends with Ctrl-C."""

import os
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

SENDER = """
    webrtcbin name=peer bundle-policy=max-bundle
    {source} ! videoconvert !
    queue max-size-buffers=1 leaky=downstream ! videorate drop-only=true ! idiom style={style} ! videoconvert !
    vp8enc deadline=1 keyframe-max-dist=30 ! rtpvp8pay ! application/x-rtp,media=video,encoding-name=VP8,payload=96 ! peer.
"""


def pass_on(promise, name, kind, sender, receiver):
    """Takes the description called @name from a promise, for @sender's own, and hands its text to @receiver."""
    reply = promise.get_reply()  # has to live as long as what is taken of it
    own = reply.get_value(name)
    _, message = GstSdp.SDPMessage.new_from_text(own.sdp.as_text())
    sender.emit("set-local-description", own, None)
    receiver.emit("set-remote-description", GstWebRTC.WebRTCSessionDescription.new(kind, message), None)


def negotiate(sender, receiver):
    """The sender offers when it is ready; the receiver answers; both pass on how they can be reached."""

    def answered(promise):
        pass_on(promise, "answer", GstWebRTC.WebRTCSDPType.ANSWER, receiver, sender)

    def offered(promise):
        pass_on(promise, "offer", GstWebRTC.WebRTCSDPType.OFFER, sender, receiver)
        receiver.emit("create-answer", None, Gst.Promise.new_with_change_func(answered))

    def needed(peer):
        peer.emit("create-offer", None, Gst.Promise.new_with_change_func(offered))

    sender.connect("on-negotiation-needed", needed)
    sender.connect("on-ice-candidate", lambda _, line, way: receiver.emit("add-ice-candidate", line, way))
    receiver.connect("on-ice-candidate", lambda _, line, way: sender.emit("add-ice-candidate", line, way))


def show(pipeline, peer, sink):
    """Shows what arrives at the receiver."""

    def arrived(_peer, pad):
        if pad.get_direction() == Gst.PadDirection.SRC:
            screen = Gst.parse_bin_from_description(f"queue ! rtpvp8depay ! vp8dec ! videoconvert ! {sink}", True)
            pipeline.add(screen)
            screen.sync_state_with_parent()
            pad.link(screen.get_static_pad("sink"))

    peer.connect("pad-added", arrived)


def main(style="starry-night"):
    Gst.init(None)
    sender = Gst.parse_launch(SENDER.format(source=os.environ.get("SOURCE", "v4l2src"), style=style))
    receiver = Gst.parse_launch("webrtcbin name=peer bundle-policy=max-bundle")
    if not isinstance(receiver, Gst.Pipeline):
        pipeline = Gst.Pipeline()
        pipeline.add(receiver)
        receiver = pipeline
    peers = [pipeline.get_by_name("peer") for pipeline in (sender, receiver)]
    show(receiver, peers[1], os.environ.get("SINK", "autovideosink sync=false"))
    loop = GLib.MainLoop()

    def heard(_bus, message):
        if message.type == Gst.MessageType.ERROR:
            print(message.parse_error().gerror.message, file=sys.stderr)
        if message.type in (Gst.MessageType.ERROR, Gst.MessageType.EOS):
            loop.quit()

    for pipeline in receiver, sender:
        bus = pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message", heard)
    receiver.set_state(Gst.State.PLAYING)
    negotiate(*peers)
    sender.set_state(Gst.State.PLAYING)
    try:
        loop.run()
    finally:
        for pipeline in sender, receiver:
            pipeline.set_state(Gst.State.NULL)


main(*sys.argv[1:])
