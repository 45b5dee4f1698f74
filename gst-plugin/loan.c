/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loan.h"

#include "memory.h"
#include "videoinfo.h"

gboolean loan_map(Loan *loan, GstBuffer *buffer, const GstVideoInfo *info, GstMapFlags access, GError **error)
{
    const gboolean reads = access == GST_MAP_READ;
    if (!gst_video_frame_map(&loan->frame, info, buffer, access | GST_VIDEO_FRAME_MAP_FLAG_NO_REF)) {
        g_set_error(error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
                    "a buffer of %zu bytes cannot be %s as %s of %dx%d", gst_buffer_get_size(buffer),
                    reads ? "read" : "written", GST_VIDEO_INFO_NAME(info), info->width, info->height);
        return FALSE;
    }
    loan->buffer = gst_buffer_ref(buffer);
    loan->picture = video_frame_picture(&loan->frame);
    if (reads)
        loan->picture.memory = IDIOM_MEMORY_HOST_KEPT;
    return TRUE;
}

gboolean loan_images(Loan *loan, GstBuffer *buffer, const GstVideoInfo *info, VulkanShare *share,
                     GError **error)
{
    if (!vulkan_share_picture(share, buffer, info, &loan->picture, error))
        return FALSE;
    loan->buffer = gst_buffer_ref(buffer);
    return TRUE;
}

gboolean loan_dmabufs(Loan *loan, GstBuffer *buffer, const GstVideoInfo *info, IdiomDevice *device,
                      gboolean write, GError **error)
{
    if (!memory_find_dmabufs(buffer, info, device, write, &loan->picture, error))
        return FALSE;
    loan->buffer = gst_buffer_ref(buffer);
    return TRUE;
}

void loan_written(Loan *loan)
{
    if (loan->picture.memory == IDIOM_MEMORY_VULKAN_IMAGE)
        vulkan_written(loan->buffer);
}

GstBuffer *loan_end(Loan *loan)
{
    GstBuffer *buffer = loan->buffer;
    if (loan->frame.buffer)
        gst_video_frame_unmap(&loan->frame);
    *loan = (Loan){0};
    return buffer;
}
