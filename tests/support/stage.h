/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Renderers for tests: made in one line, shown a frame in one line; whatever fails aborts the test. */
#ifndef TEST_STAGE_H
#define TEST_STAGE_H

#include <idiom-unstable/video.h>
#include <idiom/renderer.h>

/* Shows @style; @options: NULL for one slot. */
IdiomRenderer *stage_new(IdiomDevice *device, const char *style, IdiomVideoFormat format, guint width,
                         guint height, const IdiomRendererOptions *options);

/* A picture in a block of bytes as idiom_frame_layout() lays it out. */
IdiomPicture stage_picture(const IdiomFrame *frame, guint8 *bytes);

/* Sends the frame at @in and waits for it, at @out; both as idiom_frame_layout() lays them out. */
void stage_render(IdiomRenderer *renderer, const IdiomFrame *frame, guint8 *in, guint8 *out,
                  const IdiomFrameParams *params);

/* For RGBA frames without padding. */
void stage_render_rgba(IdiomRenderer *renderer, guint width, const guint8 *in, guint8 *out,
                       const IdiomFrameParams *params);

/* A style is being made ready, or another one still fades out. */
gboolean stage_is_changing(IdiomRenderer *renderer);

#endif
