/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Buffers in dmabufs that a device makes: rows of pixels, which other devices can read. */
#ifndef IDIOM_DMABUFPOOL_H
#define IDIOM_DMABUFPOOL_H

#include <gst/video/video.h>
#include <idiom/device.h>

/* Whether @device makes dmabufs at all: it says so by making one. */
gboolean dmabufpool_is_possible(IdiomDevice *device, GError **error);

/* (transfer full): @padded: rows begin where other devices like them to, which GstVideoMeta tells */
GstBufferPool *dmabufpool_new(IdiomDevice *device, gboolean padded);

/* Bytes of a buffer with frames of @info. */
gsize dmabufpool_size(const GstVideoInfo *info, gboolean padded);

#endif
