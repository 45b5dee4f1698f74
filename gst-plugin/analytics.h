/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What other elements have found in a frame, as GStreamer's analytics tell it; from 1.26 on. */
#ifndef IDIOM_GST_ANALYTICS_H
#define IDIOM_GST_ANALYTICS_H

#include <gst/video/video.h>

/*
 * Adds all regions of the segmentations on @buffer, a frame as @info says, to a mask of @width x @height pixels: all but
 * those with the id 0 or the class "background".
 */
void analytics_draw(GstBuffer *buffer, const GstVideoInfo *info, guint8 *pixels, guint width, guint height);

#endif
