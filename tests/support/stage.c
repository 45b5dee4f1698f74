/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stage.h"

IdiomRenderer *stage_new(IdiomDevice *device, const char *style, IdiomVideoFormat format, guint width,
                         guint height, const IdiomRendererOptions *options)
{
    g_autoptr(GError) error = NULL;
    IdiomRendererOptions one = IDIOM_RENDERER_OPTIONS_INIT;
    IdiomVideoInfo info = IDIOM_VIDEO_INFO_INIT;
    one.slots = 1;
    info.format = format;
    info.width = width;
    info.height = height;
    info.matrix = IDIOM_VIDEO_BT709;
    IdiomRenderer *renderer = idiom_renderer_new(device, options ? options : &one, &error);
    g_assert_no_error(error);
    idiom_renderer_show(renderer, style, NULL, &error);
    g_assert_no_error(error);
    idiom_renderer_configure(renderer, &info, &error);
    g_assert_no_error(error);
    return renderer;
}

IdiomPicture stage_picture(const IdiomFrame *frame, guint8 *bytes)
{
    IdiomPicture picture = IDIOM_PICTURE_INIT;
    for (guint i = 0; i < frame->n_planes; i++) {
        picture.planes[i] = bytes + frame->offset[i];
        picture.strides[i] = (gssize)frame->stride[i];
    }
    return picture;
}

static void render(IdiomRenderer *renderer, const IdiomPicture *in, const IdiomPicture *out,
                   const IdiomFrameParams *params)
{
    g_autoptr(GError) error = NULL;
    idiom_renderer_send(renderer, in, out, params, &error);
    g_assert_no_error(error);
    IdiomGet got = idiom_renderer_get(renderer, TRUE, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(got, ==, IDIOM_GET_FRAME);
}

void stage_render(IdiomRenderer *renderer, const IdiomFrame *frame, guint8 *in, guint8 *out,
                  const IdiomFrameParams *params)
{
    const IdiomPicture from = stage_picture(frame, in), to = stage_picture(frame, out);
    render(renderer, &from, &to, params);
}

void stage_render_rgba(IdiomRenderer *renderer, guint width, const guint8 *in, guint8 *out,
                       const IdiomFrameParams *params)
{
    IdiomPicture from = IDIOM_PICTURE_INIT, to = IDIOM_PICTURE_INIT;
    from.planes[0] = (guint8 *)in;
    to.planes[0] = out;
    from.strides[0] = to.strides[0] = 4 * (gssize)width;
    render(renderer, &from, &to, params);
}

gboolean stage_is_changing(IdiomRenderer *renderer)
{
    IdiomRendererStats stats = IDIOM_RENDERER_STATS_INIT;
    idiom_renderer_get_stats(renderer, &stats);
    return stats.loading || stats.styles > 1;
}
