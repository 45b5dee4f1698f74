/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Buffers lent to the device: where their pixels are, until it is done with them. */
#ifndef IDIOM_LOAN_H
#define IDIOM_LOAN_H

#include <gst/video/video.h>
#include <idiom/frame.h>

#include "vulkan.h"

/* All zero: nothing is lent. */
typedef struct {
    GstBuffer *buffer;
    GstVideoFrame frame; /* without a buffer: it is not mapped */
    IdiomPicture picture;
} Loan;

/* Each takes a reference to @buffer, if it succeeds. Mapped: every memory that the CPU can reach. */
gboolean loan_map(Loan *loan, GstBuffer *buffer, const GstVideoInfo *info, GstMapFlags access,
                  GError **error);

/* In the images that it consists of. */
gboolean loan_images(Loan *loan, GstBuffer *buffer, const GstVideoInfo *info, VulkanShare *share,
                     GError **error);

/* In the dmabufs that it consists of; FALSE without an error: it does not. As memory_find_dmabufs() */
gboolean loan_dmabufs(Loan *loan, GstBuffer *buffer, const GstVideoInfo *info, IdiomDevice *device,
                      gboolean write, GError **error);

/* The device has written a frame there. */
void loan_written(Loan *loan);

/* (transfer full) (nullable): the buffer, which is not lent any more */
GstBuffer *loan_end(Loan *loan);

#endif
