#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# recipes.sh RECIPES [NAME...]: runs every recipe, or those that are named, as they stand but for the hardware: a test
# picture is the camera, a file or a local listener is the other end. One whose elements are missing is skipped (TAP).
# shellcheck disable=SC2317 # functions are called by name
set -u
recipes=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
style=starry-night-nano
# what stands for a camera: YUY2, as most send
camera='videotestsrc is-live=true num-buffers=8 pattern=ball ! video/x-raw,format=YUY2,width=160,height=120,framerate=30/1'
microphone='audiotestsrc is-live=true num-buffers=20'
export SOURCE=$camera GST_REGISTRY=$work/registry # which others do not change meanwhile

have() {
    for element; do
        gst-inspect-1.0 "$element" >/dev/null 2>&1 || { missing=$element; return 1; }
    done
}

# a video with sound, made when first needed
clip() {
    have x264enc avenc_aac mp4mux uridecodebin3 || return
    [ -e clip.mp4 ] || gst-launch-1.0 -q mp4mux name=m ! filesink location=clip.mp4 \
        videotestsrc num-buffers=6 ! video/x-raw,width=160,height=120 ! x264enc ! h264parse ! m. \
        audiotestsrc num-buffers=10 ! avenc_aac ! aacparse ! m.
}

# whether FILE has frames of DECODER's
has_frames() {
    gst-launch-1.0 -q filesrc location="$1" ! decodebin caps=video/x-raw ! videoconvert ! video/x-raw,format=I420 ! \
        filesink location=frames && [ -s frames ]
}

# Each recipe: what it needs, then its run; TRUE if frames came out.
webcam() { SINK='filesink location=out' "$recipes/webcam.sh" "$style" && [ -s out ]; }
webcam_jpeg() {
    have jpegenc jpegdec &&
        SOURCE="$camera ! jpegenc ! image/jpeg ! jpegdec" SINK='filesink location=out' "$recipes/webcam.sh" "$style" && [ -s out ]
}
play() {
    command -v gst-play-1.0 >/dev/null || { missing=gst-play-1.0; return 1; }
    clip && SINK=fakesink AUDIO_SINK=fakesink timeout 60 "$recipes/play.sh" clip.mp4 "$style" </dev/null | tee said && grep -q 'Reached end' said
}
playbin() { clip && SINK='fakesink' "$recipes/playbin.sh" clip.mp4 "$style" | tee said && grep -q 'EOS' said; }
transcode() { clip && "$recipes/transcode.sh" clip.mp4 out.mp4 "$style" && has_frames out.mp4; }
encodebin() {
    clip && have vp8enc webmmux || return
    # uridecodebin3 of GStreamer 1.22 crashes now and then as it starts, and gst-launch then waits for a debugger
    for _ in 1 2 3; do
        timeout -k 5 120 "$recipes/encodebin.sh" clip.mp4 out.webm "$style" && break
    done
    has_frames out.webm
}
loopback() { have v4l2sink && SINK='filesink location=out' "$recipes/loopback.sh" "$style" && [ -s out ]; }
pipewire() { have pipewiresrc pipewiresink && SINK='filesink location=out' "$recipes/pipewire.sh" "$style" && [ -s out ]; }
beside() { have compositor && SINK='filesink location=out' "$recipes/beside.sh" "$style" && [ -s out ]; }
rtmp() {
    have rtmp2sink flvmux x264enc avenc_aac &&
        AUDIO=$microphone SINK='filesink location=out.flv' "$recipes/rtmp.sh" rtmp://localhost/live/key "$style" &&
        has_frames out.flv
}
srt() {
    have srtsink srtsrc x264enc mpegtsmux tsdemux || return
    port=$((20000 + $$ % 20000))
    SOURCE="${camera/num-buffers=8/num-buffers=3000}" "$recipes/srt.sh" $port "$style" &
    sender=$!
    for _ in $(seq 40); do
        kill -0 $sender || return
        timeout 20 gst-launch-1.0 -q srtsrc uri="srt://127.0.0.1:$port" num-buffers=40 ! filesink location=out.ts && break
        sleep 0.5
    done
    kill $sender
    wait $sender 2>/dev/null
    has_frames out.ts
}
obs() {
    # in OBS "video." is where the source takes its pictures
    # shellcheck disable=SC2046
    gst-launch-1.0 -q $("$recipes/obs.sh" "$style") filesink name=video location=out && [ -s out ]
}
application() {
    clip && python && SINK='fakesink' "$recipes/application.py" clip.mp4 "$style" | tee said && grep -q 'frames=' said
}
webrtc() {
    have webrtcbin nicesink vp8enc rtpvp8pay dtlsdec srtpdec && python || return
    SOURCE="${camera/num-buffers=8/num-buffers=3000}" SINK='videoconvert ! filesink location=out buffer-mode=unbuffered' \
        "$recipes/webrtc.py" "$style" &
    peers=$!
    for _ in $(seq 80); do
        [ ! -s out ] && kill -0 $peers 2>/dev/null || break
        sleep 0.5
    done
    kill $peers
    wait $peers 2>/dev/null
    [ -s out ]
}
python() {
    /usr/bin/python3 -c 'import gi
for name in "Gst", "GstWebRTC": gi.require_version(name, "1.0")' 2>/dev/null || { missing='python3-gi or gir1.2-gst-plugins-bad-1.0'; return 1; }
}

declare -A tests=([webcam.sh]='webcam webcam_jpeg' [play.sh]=play [playbin.sh]=playbin [transcode.sh]=transcode
    [encodebin.sh]=encodebin [loopback.sh]=loopback [pipewire.sh]=pipewire [beside.sh]=beside [rtmp.sh]=rtmp [srt.sh]=srt
    [obs.sh]=obs [application.py]=application [webrtc.py]=webrtc)
names=("$@")
[ $# != 0 ] || for recipe in "$recipes"/*; do
    names+=("$(basename "$recipe")")
done
number=0 failed=0
for name in "${names[@]}"; do
    for test in ${tests[$name]-none}; do
        number=$((number + 1)) missing=
        rm -f out* said frames
        if "$test" >log 2>&1; then
            echo "ok $number $test"
        elif [ -n "$missing" ]; then
            echo "ok $number $test # SKIP $missing is missing"
        else
            failed=1
            sed 's/^/# /' log
            echo "not ok $number $test"
        fi
    done
done
echo "1..$number"
exit $failed
