/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element from inside, for the files that are its parts. */
#ifndef GST_IDIOM_ELEMENT_H
#define GST_IDIOM_ELEMENT_H

#include "flow.h"
#include "gstidiom.h"
#include "maskpad.h"
#include "quality.h"
#include "reference.h"
#include "sentence.h"
#include "settings.h"
#include "speech.h"
#include "subject.h"
#include "textpad.h"
#include "vulkan.h"

struct _GstIdiom {
    GstVideoFilter parent;

    /* under the object lock */
    Settings settings;
    Subject subject;
    char *style, *inside;     /* what the renderer was asked for */
    gboolean finds_people;    /* it was asked for that, too */
    gboolean new_mix;         /* it has changed, and not with the style */
    IdiomRenderer *renderer;  /* from start to stop */
    IdiomRendererStats stats; /* of the last renderer */
    guint64 dropped;
    gint64 last_frame; /* monotonic time; 0: none yet */
    double interval;   /* microseconds from frame to frame, of the last ones mostly */
    GstClockTime latency;
    gboolean live;          /* the source is */
    gboolean makes_dmabufs; /* the device does; from start to stop */
    Quality quality;
    char *device_name; /* of the device last used */

    /* from start to stop */
    IdiomDevice *device;
    Flow *flow;
    gboolean moves; /* frames come and go in memory of different kinds */

    VulkanShare *vulkan;
    Speech *speech;
    Sentence *sentence;
    Reference *reference;

    /* of the streaming thread */
    TextPad *text;           /* NULL: nobody asked for it */
    MaskPad *mask;           /* as well */
    IdiomFrameParams params; /* of the frame of now */
};

/* The class above this one. */
GstBaseTransformClass *gst_idiom_parent(void);

/* --- start.c: what the properties ask for, and the renderer that shows it ---------------------------- */

/* Hands to the renderer what it keeps from frame to frame; under the object lock. */
void gst_idiom_apply_settings(GstIdiom *self);
/* What is to be seen; under the object lock. */
Looks gst_idiom_looks(const GstIdiom *self);
/* (transfer full): the property "device"; NULL: any. Not under the lock. */
char *gst_idiom_dup_selector(GstIdiom *self);
/* Takes the property over; not under the lock. */
gboolean gst_idiom_set_quality(GstIdiom *self, GError **error);
/* Frames are in images of a device that others share: on with that one. Nothing may be in flight. */
gboolean gst_idiom_move_to_shared_device(GstIdiom *self);
gboolean gst_idiom_start(GstBaseTransform *base);
gboolean gst_idiom_stop(GstBaseTransform *base);
GstStateChangeReturn gst_idiom_change_state(GstElement *element, GstStateChange transition);

/* --- events.c ---------------------------------------------------------------------------------------- */

/* Of what comes before the element, which may know already when caps come. */
void gst_idiom_ask_whether_live(GstIdiom *self);
/* What is answered from now on. */
void gst_idiom_set_latency(GstIdiom *self, GstClockTime latency);
gboolean gst_idiom_sink_event(GstBaseTransform *base, GstEvent *event);
gboolean gst_idiom_query(GstBaseTransform *base, GstPadDirection direction, GstQuery *query);
void gst_idiom_set_context(GstElement *element, GstContext *context);

/* --- negotiate.c: caps and memory --------------------------------------------------------------------- */

GstCaps *gst_idiom_transform_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps,
                                  GstCaps *filter);
GstCaps *gst_idiom_fixate_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps,
                               GstCaps *choice);
gboolean gst_idiom_set_caps(GstBaseTransform *base, GstCaps *in, GstCaps *out);
gboolean gst_idiom_decide_allocation(GstBaseTransform *base, GstQuery *query);
gboolean gst_idiom_propose_allocation(GstBaseTransform *base, GstQuery *decided, GstQuery *query);
gboolean gst_idiom_transform_meta(GstBaseTransform *base, GstBuffer *out, GstMeta *meta, GstBuffer *in);

/* --- frames.c ---------------------------------------------------------------------------------------- */

void gst_idiom_before_transform(GstBaseTransform *base, GstBuffer *buffer);
GstFlowReturn gst_idiom_submit_input_buffer(GstBaseTransform *base, gboolean discont, GstBuffer *buffer);
GstFlowReturn gst_idiom_generate_output(GstBaseTransform *base, GstBuffer **out);

#endif
