/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idiom-bench video: decodes a file, stylizes it, encodes it as H.264 in MP4 with its sound, and takes one frame before
 * and after the element as a picture.
 */
#include "bench.h"

#include <cairo.h>
#include <gst/gst.h>
#include <gst/video/video.h>

typedef struct {
    GstElement *pipeline, *idiom, *mux;
    gboolean video_linked;
    GstClockTime picture_time; /* the first frame at or after it is the picture */
    gint width, height;
    GstSample *before, *after;
} Job;

static void job_clear(Job *job)
{
    g_clear_object(&job->pipeline);
    g_clear_object(&job->idiom);
    g_clear_object(&job->mux);
    g_clear_pointer(&job->before, gst_sample_unref);
    g_clear_pointer(&job->after, gst_sample_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Job, job_clear)

/* --- the pipeline ----------------------------------------------------------------------------------------------- */

/* Adds the elements of @description between @pad and @next (a pad of the muxer, or the element's sink pad). */
static gboolean link_branch(Job *job, GstPad *pad, const char *description, GstPad *next)
{
    GstElement *branch = gst_parse_bin_from_description(description, TRUE, NULL);
    if (!branch)
        return FALSE;
    gst_bin_add(GST_BIN(job->pipeline), branch);
    g_autoptr(GstPad) sink = gst_element_get_static_pad(branch, "sink");
    g_autoptr(GstPad) src = gst_element_get_static_pad(branch, "src");
    return gst_pad_link(src, next) == GST_PAD_LINK_OK && gst_pad_link(pad, sink) == GST_PAD_LINK_OK &&
           gst_element_sync_state_with_parent(branch);
}

/* The first video stream goes through the element, the first sound stream into the file; others end here. */
static void on_pad_added(GstElement *decoder, GstPad *pad, Job *job)
{
    (void)decoder;
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    const char *type = caps ? gst_structure_get_name(gst_caps_get_structure(caps, 0)) : "";
    if (g_str_has_prefix(type, "video/x-raw") && !job->video_linked) {
        g_autoptr(GstPad) next = gst_element_get_static_pad(job->idiom, "sink");
        job->video_linked = link_branch(job, pad, "queue ! videoconvert", next);
    } else if (g_str_has_prefix(type, "audio/x-raw") && !gst_pad_is_linked(pad)) {
        g_autoptr(GstElementFactory) encoder = gst_element_factory_find("avenc_aac");
        GstPad *next = encoder ? gst_element_request_pad_simple(job->mux, "audio_0") : NULL;
        if (!next || !link_branch(job, pad, "queue max-size-time=0 max-size-buffers=0 max-size-bytes=0 ! "
                                            "audioconvert ! audioresample ! avenc_aac ! aacparse", next))
            g_printerr("the sound could not be kept\n");
        g_clear_object(&next);
    } 
}
