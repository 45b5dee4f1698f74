/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which caps can become which: any format of the library another one, the rest stays. */
#ifndef IDIOM_CONVERT_H
#define IDIOM_CONVERT_H

#include "memory.h"
#include "vulkan.h"

/* those of the library, the ones that lose least and cost least first */
#define CONVERT_FORMATS                                                                                      \
    "{ I420, NV12, RGBA, BGRA, RGBx, BGRx, YV12, NV21, Y42B, Y444, YUY2, UYVY, I420_10LE, P010_10LE, "       \
    "A420, ARGB, ABGR, xRGB, xBGR, RGB, BGR, GRAY8 }"

/* dmabufs: rows of pixels (linear); newer GStreamer names them as DRM does */
#if GST_CHECK_VERSION(1, 24, 0)
#define DMABUF_FORMATS "{ DMA_DRM }"
#define DMABUF_DRM_FORMATS                                                                                   \
    "{ NV12, YU12, AB24, AR24, XB24, XR24, YV12, NV21, YU16, YU24, YUYV, UYVY, P010, BA24, RA24, BX24, "     \
    "RX24, BG24, RG24 }"
#define DMABUF_CAPS                                                                                          \
    GST_VIDEO_CAPS_MAKE_WITH_FEATURES(GST_CAPS_FEATURE_MEMORY_DMABUF, "DMA_DRM")                             \
    ", drm-format = (string) " DMABUF_DRM_FORMATS
#else
#define DMABUF_FORMATS CONVERT_FORMATS
#define DMABUF_DRM_FORMATS NULL
#define DMABUF_CAPS GST_VIDEO_CAPS_MAKE_WITH_FEATURES(GST_CAPS_FEATURE_MEMORY_DMABUF, DMABUF_FORMATS)
#endif

/* all that there are, where they may be */
#define CONVERT_CAPS                                                                                         \
    GST_VIDEO_CAPS_MAKE(CONVERT_FORMATS)                                                                     \
    "; " GST_VIDEO_CAPS_MAKE_WITH_FEATURES(VULKAN_FEATURE, VULKAN_FORMATS)

/* (transfer full): what @caps can become, or be made of, in @memory (1 << MemoryKind): they themselves first. */
GstCaps *convert_transform(GstCaps *caps, GstCaps *filter, guint memory);

/* (transfer full): of @choice, what is nearest to @caps, which are fixed; the same, if it is there. */
GstCaps *convert_fixate(GstCaps *caps, GstCaps *choice);

#endif
