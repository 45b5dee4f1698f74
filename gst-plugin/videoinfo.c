/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "videoinfo.h"

static gboolean describe_matrix(GstVideoColorMatrix matrix, IdiomVideoMatrix *described)
{
    switch (matrix) {
    case GST_VIDEO_COLOR_MATRIX_UNKNOWN: /* cannot happen: the caps parser fills in a default */
    case GST_VIDEO_COLOR_MATRIX_BT601:
    case GST_VIDEO_COLOR_MATRIX_FCC: /* within 0.002 of BT.601 */
        *described = IDIOM_VIDEO_BT601;
        return TRUE;
    case GST_VIDEO_COLOR_MATRIX_BT709:
    case GST_VIDEO_COLOR_MATRIX_SMPTE240M: /* within 0.02 of BT.709 */
        *described = IDIOM_VIDEO_BT709;
        return TRUE;
    case GST_VIDEO_COLOR_MATRIX_BT2020:
        *described = IDIOM_VIDEO_BT2020;
        return TRUE;
    default:
        return FALSE;
    }
}

/* What cannot be shown as it should be, and what would help. */
static const char *find_refusal(const GstVideoInfo *info)
{
    if (GST_VIDEO_INFO_IS_INTERLACED(info))
        return "interlaced video would have both its fields mixed up; put 'deinterlace' before";
    switch (info->colorimetry.transfer) {
    case GST_VIDEO_TRANSFER_SMPTE2084:
        return "HDR video (PQ) would be painted as if it were not; it has to be mapped to SDR before";
    case GST_VIDEO_TRANSFER_ARIB_STD_B67:
        return "HDR video (HLG) would be painted as if it were not; it has to be mapped to SDR before";
    default:
        return NULL;
    }
}

const char *video_info_describe(const GstVideoInfo *info, IdiomVideoInfo *described)
{
    const char *refusal = find_refusal(info);
    *described = (IdiomVideoInfo)IDIOM_VIDEO_INFO_INIT;
    described->width = (guint)info->width;
    described->height = (guint)info->height;
    described->full_range = info->colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255;
    described->chroma_left = (info->chroma_site & GST_VIDEO_CHROMA_SITE_H_COSITED) != 0;
    described->chroma_top = (info->chroma_site & GST_VIDEO_CHROMA_SITE_V_COSITED) != 0;
    if (refusal)
        return refusal;
    if (!idiom_video_format_parse(GST_VIDEO_INFO_NAME(info), &described->format))
        return "the format is not known";
    if (GST_VIDEO_INFO_IS_YUV(info) && !describe_matrix(info->colorimetry.matrix, &described->matrix))
        return "YUV with the matrix of RGB cannot be converted";
    return NULL;
}

GstClockTime video_info_frame_duration(const GstVideoInfo *info)
{
    if (info->fps_n <= 0)
        return 0;
    return gst_util_uint64_scale(GST_SECOND, (guint64)info->fps_d, (guint64)info->fps_n);
}

IdiomPicture video_frame_picture(const GstVideoFrame *frame)
{
    IdiomPicture picture = IDIOM_PICTURE_INIT;
    for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES(frame) && p < IDIOM_VIDEO_MAX_PLANES; p++) {
        picture.planes[p] = GST_VIDEO_FRAME_PLANE_DATA(frame, p);
        picture.strides[p] = GST_VIDEO_FRAME_PLANE_STRIDE(frame, p);
    }
    return picture;
}
