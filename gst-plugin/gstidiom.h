/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_IDIOM_H
#define GST_IDIOM_H

#include <gst/video/gstvideofilter.h>

G_BEGIN_DECLS

#define GST_TYPE_IDIOM (gst_idiom_get_type())
G_DECLARE_FINAL_TYPE(GstIdiom, gst_idiom, GST, IDIOM, GstVideoFilter)

GST_ELEMENT_REGISTER_DECLARE(idiom)

G_END_DECLS

#endif
