/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "videoinfo.h"

static gboolean describe_format(GstVideoFormat format, IdiomVideoFormat *described)
{
    static const struct {
        GstVideoFormat format;
        IdiomVideoFormat described;
    } formats[] = {
        {GST_VIDEO_FORMAT_RGBA, IDIOM_VIDEO_RGBA}, {GST_VIDEO_FORMAT_BGRA, IDIOM_VIDEO_BGRA},
        {GST_VIDEO_FORMAT_RGBx, IDIOM_VIDEO_RGBX}, {GST_VIDEO_FORMAT_BGRx, IDIOM_VIDEO_BGRX},
        {GST_VIDEO_FORMAT_I420, IDIOM_VIDEO_I420}, {GST_VIDEO_FORMAT_NV12, IDIOM_VIDEO_NV12},
    };
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (formats[i].format == format) {
            *described = formats[i].described;
            return TRUE;
        }
    }
    return FALSE;
}

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

const char *video_info_describe(const GstVideoInfo *info, IdiomVideoInfo *described)
{
    *described = (IdiomVideoInfo)IDIOM_VIDEO_INFO_INIT;
    described->width = (guint)info->width;
    described->height = (guint)info->height;
    described->full_range = info->colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255;
    if (!describe_format(GST_VIDEO_INFO_FORMAT(info), &described->format))
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
