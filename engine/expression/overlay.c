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

/*
 * A head, sprites, and tiles: the parts of the frame on which there is something, each with a bit for every sprite that is.
 * expression/overlay.comp has the same. The head begins with the workgroups, one a tile, that the device is to run.
 */
enum { GROUPS = 0, TILES = 3, ALONE = 4, HEAD = 8 };
enum { ADDRESS = 0, SIZE = 2, PLACE = 4, OPACITY = 10, WOBBLE = 11, PHASE = 12, SLOPE = 13, SPRITE = 16 };
enum { TILE_AT = 0, TILE_SPRITES = 1, TILE = 3 };
#define FIRST_TILE (HEAD + SPRITE * IDIOM_MAX_SPRITES)

/* Blocks of a tile, see idiom_export(), and workgroups in a row of them. */
#define TILE_COLUMNS 8
#define TILE_ROWS 4 /* what is said is wide: less of a tile is empty */
#define GROUPS_A_ROW 32768

/* Pixels of a tile. */
static void tile_size(const IdiomFrame *frame, guint *w, guint *h)
{
    const IdiomFormat *format = idiom_format(frame->format);
    const gboolean wide = format->sub_x && format->components[1].step == 1; /* as idiom_export() */
    *w = TILE_COLUMNS * (wide ? 8 : 4);
    *h = TILE_ROWS * (format->sub_y ? 2 : 1);
}

guint idiom_overlay_words(const IdiomFrame *frame)
{
    guint w, h;
    tile_size(frame, &w, &h);
    return FIRST_TILE + TILE * IDIOM_DIV_UP(frame->width, w) * IDIOM_DIV_UP(frame->height, h);
}

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

typedef struct {
    guint x0, y0, x1, y1;
} Box;

/* Pixels of the frame that the sprite may touch. FALSE if there are none. */
static gboolean bound(Box *to, const IdiomSprite *s, const IdiomFrame *frame)
{
    const double w = s->drawing->width / 2.0 + s->wobble + 1, h = s->drawing->height / 2.0 + s->wobble + 1;
    const double x = fabs(s->xx) * w + fabs(s->xy) * h, y = fabs(s->yx) * w + fabs(s->yy) * h;
    const double x0 = fmax(floor(s->x - x), 0), x1 = fmin(ceil(s->x + x), frame->width);
    const double y0 = fmax(floor(s->y - y), 0), y1 = fmin(ceil(s->y + y), frame->height);
    if (!(x0 < x1 && y0 < y1))
        return FALSE;
    *to = (Box){(guint)x0, (guint)y0, (guint)x1, (guint)y1};
    return TRUE;
}

/* FALSE if nothing of it is to be seen. */
static gboolean add_sprite(guint32 *to, Box *box, const IdiomSprite *s, guint64 address,
                           const IdiomFrame *frame)
{
    const guint width = s->drawing->width, height = s->drawing->height;
    if (!(s->opacity > 0) || !place(to + PLACE, s, width, height) || !bound(box, s, frame))
        return FALSE;
    to[ADDRESS] = (guint32)address;
    to[ADDRESS + 1] = (guint32)(address >> 32);
    to[SIZE] = width;
    to[SIZE + 1] = height;
    to[OPACITY] = word(MIN(s->opacity, 1));
    to[WOBBLE] = word(s->wobble);
    to[PHASE] =
        word(fmod(s->phase, 20 * G_PI)); /* 1.7 of it is what the other axis sways by: ten whole waves */
    to[SLOPE] = word(2 * G_PI / fmax(MAX(width, height) / WAVES, SHORTEST_WAVE));
    return TRUE;
}

/* A bit for every box that reaches into @tile. */
static guint64 boxes_in(const Box *tile, const Box *boxes, guint n)
{
    guint64 bits = 0;
    for (guint i = 0; i < n; i++)
        if (boxes[i].x0 < tile->x1 && tile->x0 < boxes[i].x1 && boxes[i].y0 < tile->y1 &&
            tile->y0 < boxes[i].y1)
            bits |= (guint64)1 << i;
    return bits;
}

/* The tiles that have something on them; @all: all of them. Returns how many there are. */
static guint add_tiles(guint32 *to, const Box *boxes, guint n, gboolean all, const IdiomFrame *frame)
{
    guint w, h, count = 0;
    tile_size(frame, &w, &h);
    for (guint y = 0; y * h < frame->height; y++)
        for (guint x = 0; x * w < frame->width && (n || all); x++) {
            const Box tile = {x * w, y * h, (x + 1) * w, (y + 1) * h};
            const guint64 bits = boxes_in(&tile, boxes, n);
            if (!bits && !all)
                continue;
            to[TILE_AT] = x | y << 16;
            to[TILE_SPRITES] = (guint32)bits;
            to[TILE_SPRITES + 1] = (guint32)(bits >> 32);
            to += TILE;
            count++;
        }
    return count;
}

void idiom_overlay_fill(guint32 *table, const IdiomSprite *sprites, const guint64 *addresses, guint n,
                        gboolean alone, const IdiomFrame *frame)
{
    Box boxes[IDIOM_MAX_SPRITES];
    guint seen = 0;
    for (guint i = 0; i < MIN(n, IDIOM_MAX_SPRITES); i++)
        seen += add_sprite(table + HEAD + seen * SPRITE, &boxes[seen], &sprites[i], addresses[i], frame);
    const guint tiles = add_tiles(table + FIRST_TILE, boxes, seen, alone, frame);
    table[GROUPS] = MIN(tiles, GROUPS_A_ROW);
    table[GROUPS + 1] = IDIOM_DIV_UP(tiles, GROUPS_A_ROW);
    table[GROUPS + 2] = 1;
    table[TILES] = tiles;
    table[ALONE] = alone;
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
        gint32 alpha;
    } push = {{(gint32)frame->width, (gint32)frame->height, 1, 1},
              idiom_recorder_address(r, op->in[BYTES]),
              idiom_recorder_address(r, op->in[TABLE]),
              idiom_frame_words(frame),
              idiom_rgb_to_yuv(frame),
              idiom_frame_alpha_word(frame)};
    const IdiomFormat *format = idiom_format(frame->format);
    IdiomDispatch d = {.shader = "overlay", .push = &push, .push_size = sizeof push};
    idiom_frame_specialize(frame, &d);
    d.spec[d.n_spec++] = idiom_component_pack(&format->alpha);
    d.local[0] = TILE_COLUMNS;
    d.local[1] = TILE_ROWS;
    d.counts = op->in[TABLE];
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass overlay_class = {"overlay", NULL, overlay_record, NULL};

void idiom_overlay(IdiomGraph *g, IdiomTensor *bytes, IdiomTensor *table, const IdiomFrame *frame)
{
    IdiomTensor *in[INPUTS] = {[BYTES] = bytes, [TABLE] = table};
    if (idiom_graph_failed(g, in, INPUTS) || !idiom_require_frame(g, "overlay", bytes, frame) ||
        !idiom_require_layout(g, "overlay", table, IDIOM_LAYOUT_FLAT))
        return;
    if (idiom_shape_elements(table->shape) != idiom_overlay_words(frame)) {
        idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                         "overlay: the table is " IDIOM_SHAPE_FORMAT ", not of %u words",
                         IDIOM_SHAPE_ARGS(table->shape), idiom_overlay_words(frame));
        return;
    }
    IdiomOp *op = idiom_graph_add_op(g, &overlay_class, in, INPUTS, frame, sizeof *frame);
    op->in_place = TRUE;
}
