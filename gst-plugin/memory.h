/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Buffers in memory that the device can reach without copies by the CPU. */
#ifndef IDIOM_MEMORY_H
#define IDIOM_MEMORY_H

#include <gst/video/video.h>
#include <idiom/frame.h>

/* Where the frames of a pad are, by the features of its caps. */
typedef enum {
    MEMORY_SYSTEM,
    MEMORY_VULKAN,
} MemoryKind;

MemoryKind memory_kind(const GstCapsFeatures *features);

/* Asks for buffers that begin with a page, which is what devices can use where it lies. */
void memory_ask_for_pages(GstQuery *allocation);

/*
 * The planes of @buffer, if all of them lie in dmabufs; what others do with these is finished then. Returns FALSE if they
 * do not.
 */
gboolean memory_find_dmabufs(GstBuffer *buffer, const GstVideoInfo *info, IdiomPicture *picture);

#endif
