/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Drawings with alpha over a frame, in place. */
#include "drawing.h"
#include "ops/internal.h"
#include "video/colour.h"
#include "video/format.h"

#include <idiom-unstable/expression.h>
#include <math.h>
#include <string.h>

/* --- the table ------------------------------------------------------------------------------------- */

/* Places in the head and in a sprite; expression/overlay.comp has the same. */
enum { COUNT = 0, ALONE = 1, HEAD_BOX = 2 };
enum { ADDRESS = 0, SIZE = 2, BOX = 4, PLACE = 8, OPACITY = 14, WOBBLE = 15, PHASE = 16, SLOPE = 17 };

/* Waves of the swaying in a drawing's longer side, but none shorter than this. */
#define WAVES 5.0
#define SHORTEST_WAVE 24.0

static guint32 word(double number)
{
    const float value = (float)number;
    guint32 bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

void idiom_overlay_clear(guint32 *table, gboolean alone)
{
    memset(table, 0, IDIOM_OVERLAY_HEAD * sizeof *table);
    table[ALONE] = alone;
}

/* From the frame back to the drawing. FALSE if there is no way back. */
static gboolean place(guint32 *to, const IdiomSprite *s, guint width, guint height)
{
    const double det = s->xx * s->yy - s->xy * s->yx;
    if (!isfinite(det) || fabs(det) < 1e-9 || !isfinite(s->x) || !isfinite(s->y))
        return FALSE;
    const double a = s->yy / det, b = -s->xy / det, c = -s->yx / det, d = s->xx / det;
    to[0] = word(a);
    to[1] = word(b);
    to[2] = word(width / 2.0 - a * s->x - b * s->y);
    to[3] = word(c);
    to[4] = word(d);
    to[5] = word(height / 2.0 - c * s->x - d * s->y);
    return TRUE;
}

/* Pixels of the frame that the sprite may touch. FALSE if there are none. */
static gboolean bound(guint32 *to, const IdiomSprite *s, guint width, guint height, const IdiomFrame *frame)
{
    const double w = width / 2.0 + s->wobble + 1, h = height / 2.0 + s->wobble + 1;
    const double x = fabs(s->xx) * w + fabs(s->xy) * h, y = fabs(s->yx) * w + fabs(s->yy) * h;
    const double x0 = fmax(floor(s->x - x), 0), x1 = fmin(ceil(s->x + x), frame->width);
    const double y0 = fmax(floor(s->y - y), 0), y1 = fmin(ceil(s->y + y), frame->height);
    if (!(x0 < x1 && y0 < y1))
        return FALSE;
    to[0] = (guint32)x0;
    to[1] = (guint32)y0;
    to[2] = (guint32)x1;
    to[3] = (guint32)y1;
    return TRUE;
}

static void widen(guint32 *head, const guint32 *box, gboolean first)
{
    for (guint i = 0; i < 2; i++) {
        head[i] = first ? box[i] : MIN(head[i], box[i]);
        head[i + 2] = first ? box[i + 2] : MAX(head[i + 2], box[i + 2]);
    }
}

void idiom_overlay_add(guint32 *table, const IdiomSprite *s, guint64 address, const IdiomFrame *frame)
{
    guint32 *to = table + IDIOM_OVERLAY_HEAD + table[COUNT] * IDIOM_OVERLAY_SPRITE;
    const guint width = s->drawing->width, height = s->drawing->height;
    if (table[COUNT] == IDIOM_MAX_SPRITES || !(s->opacity > 0) || !place(to + PLACE, s, width, height) ||
        !bound(to + BOX, s, width, height, frame))
        return;
    to[ADDRESS] = (guint32)address;
    to[ADDRESS + 1] = (guint32)(address >> 32);
    to[SIZE] = width;
    to[SIZE + 1] = height;
    to[OPACITY] = word(MIN(s->opacity, 1));
    to[WOBBLE] = word(s->wobble);
    to[PHASE] =
        word(fmod(s->phase, 20 * G_PI)); /* 1.7 of it is what the other axis sways by: ten whole waves */
    to[SLOPE] = word(2 * G_PI / fmax(MAX(width, height) / WAVES, SHORTEST_WAVE));
    widen(table + HEAD_BOX, to + BOX, table[COUNT] == 0);
    table[COUNT]++;
}

/* --- the operation --------------------------------------------------------------------------------- */

enum { BYTES, TABLE, INPUTS };

static gboolean overlay_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomFrame *frame = op->params;
    struct {
        IdiomDims d;
        guint64 bytes, table;
        IdiomFrameWords words;
        IdiomRgbToYuv colour;
    } push = {{(gint32)frame->width, (gint32)frame->height, 1, 1},
              idiom_recorder_address(r, op->in[BYTES]),
              idiom_recorder_address(r, op->in[TABLE]),
              idiom_frame_words(frame),
              idiom_rgb_to_yuv(frame)};
    const IdiomFormat *format = idiom_format(frame->format);
    IdiomDispatch d = {.shader = "overlay", .push = &push, .push_size = sizeof push};
    idiom_frame_specialize(frame, &d);
    d.spec[d.n_spec++] = (guint32)format->alpha.step << 4 | (guint32)format->alpha.first << 8;
    /* as idiom_export() */
    const gboolean wide = format->sub_x && format->components[1].step == 1;
    idiom_cover_blocks(&d, frame, wide ? 8 : 4, format->sub_y ? 2 : 1);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass overlay_class = {"overlay", NULL, overlay_record, NULL};

void idiom_overlay(IdiomGraph *g, IdiomTensor *bytes, IdiomTensor *table, const IdiomFrame *frame)
{
    IdiomTensor *in[INPUTS] = {[BYTES] = bytes, [TABLE] = table};
    if (idiom_graph_failed(g, in, INPUTS) || !idiom_require_frame(g, "overlay", bytes, frame) ||
        !idiom_require_layout(g, "overlay", table, IDIOM_LAYOUT_FLAT))
        return;
    if (idiom_shape_elements(table->shape) != IDIOM_OVERLAY_WORDS) {
        idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                         "overlay: the table is " IDIOM_SHAPE_FORMAT ", not of %d words",
                         IDIOM_SHAPE_ARGS(table->shape), IDIOM_OVERLAY_WORDS);
        return;
    }
    IdiomOp *op = idiom_graph_add_op(g, &overlay_class, in, INPUTS, frame, sizeof *frame);
    op->in_place = TRUE;
}
