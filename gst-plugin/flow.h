/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames on their way through the device: buffers in, finished buffers pushed downstream, in order. */
#ifndef IDIOM_FLOW_H
#define IDIOM_FLOW_H

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>
#include <idiom/renderer.h>

#include "memory.h"
#include "vulkan.h"

/*
 * All functions are called with the stream lock of the element's sink pad held, or while no data flows. A
 * frame is held no longer than the latency: if no other comes to push it out, a thread does.
 */
typedef struct Flow Flow;

/* @vulkan: where images come from; stays the caller's */
Flow *flow_new(GstBaseTransform *element, IdiomRenderer *renderer, VulkanShare *vulkan);

/* Goes on with another one; nothing may be in flight. */
void flow_set_renderer(Flow *flow, IdiomRenderer *renderer);

/* @finished: called for each finished frame, before it is pushed */
typedef void (*FlowFinished)(gpointer user);
void flow_set_finished(Flow *flow, FlowFinished finished, gpointer user);

/* Drops what is in flight. Without the stream lock: the thread may need it to come to its end. */
void flow_free(Flow *flow);

/* What the buffers of a pad are. */
typedef struct {
    GstVideoInfo info;
    MemoryKind memory;
} FlowEnd;

/*
 * Takes note of what the next frames are, in buffers that come and in those that go. Nothing may be in flight. Returns how
 * much later than its source a frame comes out at most, as long as the device keeps up.
 */
GstClockTime flow_configure(Flow *flow, const FlowEnd *in, const FlowEnd *out);

/* Sends @source to the device, to be finished in @result (transfer full), and pushes what is finished. */
GstFlowReturn flow_send(Flow *flow, GstBuffer *source, GstBuffer *result, const IdiomFrameParams *params);

/* Microseconds that the device, or copies, have kept the stream waiting since this was asked last. */
gint64 flow_take_busy(Flow *flow);

/* A frame is left out: the next one continues the one before, and is marked. */
void flow_skip(Flow *flow, const IdiomFrameParams *params);

/* Pushes all that is in flight; what cannot be pushed is dropped. */
GstFlowReturn flow_drain(Flow *flow);

/* Drops all that is in flight; the next frame continues nothing. */
void flow_drop(Flow *flow);

#endif
