/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors of libidiom and of GStreamer as messages on the bus. */
#ifndef IDIOM_MESSAGES_H
#define IDIOM_MESSAGES_H

#include <gst/gst.h>

/* Posts @error as @element's error: it cannot go on. */
void messages_post_error(GstElement *element, const GError *error);

/* Posts @error as a warning: it goes on. */
void messages_post_warning(GstElement *element, const GError *error);

#endif
