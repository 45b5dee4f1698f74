/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Caps and buffers of GStreamer as libidiom sees them. */
#ifndef IDIOM_VIDEOINFO_H
#define IDIOM_VIDEOINFO_H

#include <gst/video/video.h>
#include <idiom/frame.h>

/* What the library has to know of @info. Returns why it cannot be shown, or NULL. */
const char *video_info_describe(const GstVideoInfo *info, IdiomVideoInfo *described);

/* Nanoseconds from frame to frame, 0 if they are not known. */
GstClockTime video_info_frame_duration(const GstVideoInfo *info);

/* Where the pixels of a mapped frame are. */
IdiomPicture video_frame_picture(const GstVideoFrame *frame);

#endif
