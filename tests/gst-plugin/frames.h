/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames to try the element with, and the harness around it. What fails aborts the test. */
#ifndef IDIOM_TEST_FRAMES_H
#define IDIOM_TEST_FRAMES_H

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

GstHarness *new_harness(const char *launch);

/* Frames of this kind come from now on, 25 a second. */
void set_caps(GstHarness *h, const char *format, int width, int height);
GstVideoInfo make_info(const char *format, int width, int height);

/* A picture that depends on @seed only: the same in buffers of other strides. */
void fill(const GstVideoInfo *info, GstBuffer *buffer, guint seed);

/* The picture with number @seed of a video with 25 a second. */
GstBuffer *new_frame(const GstVideoInfo *info, guint seed);

/* Largest difference between the visible bytes of two frames. */
int largest_difference(const GstVideoInfo *info, GstBuffer *a, GstBuffer *b);

GstBuffer *push_and_pull(GstHarness *h, GstBuffer *buffer);
void push_segment(GstHarness *h, GstClockTime start, GstClockTime time);
/* From @stop back to 0. */
void push_reverse_segment(GstHarness *h, GstClockTime stop);
void flush(GstHarness *h);

/* Sets "style" and waits until it is ready to be shown, or found to be of no use. */
void set_style(GstElement *idiom, const char *style);
/* What was asked for is ready to be shown then, or found to be of no use. */
void wait_until_loaded(GstElement *idiom);

/* Messages of @type that have come, whose text has @word in it. */
guint count_messages(GstBus *bus, GstMessageType type, const char *word);

/* Memory of the device that @idiom has, as its stats say. */
guint64 device_bytes(GstElement *idiom);

#endif
