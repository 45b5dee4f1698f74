/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Buffers in memory that the device can reach without copies by the CPU. */
#ifndef IDIOM_MEMORY_H
#define IDIOM_MEMORY_H

#include <gst/allocators/gstdmabuf.h>
#include <gst/video/video.h>
#include <idiom/frame.h>

/* Where the frames of a pad are, by the features of its caps. */
typedef enum {
    MEMORY_SYSTEM,
    MEMORY_VULKAN,
    MEMORY_DMABUF,
    MEMORY_KINDS,
} MemoryKind;

MemoryKind memory_kind(const GstCapsFeatures *features);

/* As gst_video_info_from_caps(), also of linear dmabufs. */
gboolean memory_info_from_caps(GstVideoInfo *info, const GstCaps *caps);

/* Asks for buffers that begin with a page, which is what devices can use where it lies. */
void memory_ask_for_pages(GstQuery *allocation);

/*
 * The planes of @buffer, if all of them lie in dmabufs; what others do with these is finished then. With @device it takes
 * each in once, for as long as GStreamer has it. Returns FALSE if they do not, or, with an error, if it takes none.
 * @write: it is to write there: what others read must be finished, too
 */
gboolean memory_find_dmabufs(GstBuffer *buffer, const GstVideoInfo *info, IdiomDevice *device, gboolean write,
                             IdiomPicture *picture, GError **error);

#endif
