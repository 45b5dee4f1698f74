/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which caps can become which: any format of the library another one, the rest stays. */
#ifndef IDIOM_CONVERT_H
#define IDIOM_CONVERT_H

#include "vulkan.h"

/* those of the library, the ones that lose least and cost least first */
#define CONVERT_FORMATS                                                                                      \
    "{ I420, NV12, RGBA, BGRA, RGBx, BGRx, YV12, NV21, Y42B, Y444, YUY2, UYVY, I420_10LE, P010_10LE, "       \
    "ARGB, ABGR, xRGB, xBGR, RGB, BGR, GRAY8 }"

/* all that there are, where they may be */
#define CONVERT_CAPS                                                                                         \
    GST_VIDEO_CAPS_MAKE(CONVERT_FORMATS)                                                                     \
    "; " GST_VIDEO_CAPS_MAKE_WITH_FEATURES(VULKAN_FEATURE, VULKAN_FORMATS)

/* (transfer full): what @caps can become, or be made of: they themselves first. @vulkan: images, too */
GstCaps *convert_transform(GstCaps *caps, GstCaps *filter, gboolean vulkan);

/* (transfer full): of @choice, what is nearest to @caps, which are fixed; the same, if it is there. */
GstCaps *convert_fixate(GstCaps *caps, GstCaps *choice);

#endif
