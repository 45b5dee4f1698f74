/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bubble.h"

#include "lettering.h"
#include "sheet.h"

#include <math.h>

void bubble_clear(Bubble *bubble)
{
    g_clear_pointer(&bubble->balloon, idiom_drawing_unref);
    g_clear_pointer(&bubble->tail, idiom_drawing_unref);
    g_clear_pointer(&bubble->letters, idiom_drawing_unref);
}

/* --- drawing --------------------------------------------------------------------------------------- */

typedef struct {
    double line; /* width of lines */
    double em;
    const Hand *hand;
    guint32 seed;
} Pen;

static void ink(cairo_t *cr, const Pen *pen)
{
    set_colour(cr, pen->hand->paper, 1);
    cairo_fill_preserve(cr);
    set_colour(cr, pen->hand->ink, 1);
    cairo_set_line_width(cr, pen->line);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_stroke(cr);
}

/* Points of an outline around (0, 0) that is rounder than a box and fuller than an ellipse. */
static void full_ellipse(double angle, double a, double b, double *x, double *y)
{
    const double c = cos(angle), s = sin(angle), power = 0.78;
    *x = a * copysign(pow(fabs(c), power), c);
    *y = b * copysign(pow(fabs(s), power), s);
}

static void draw_speech(cairo_t *cr, const Pen *pen, double cx, double cy, double a, double b)
{
    enum { N = 32 };
    double x[N], y[N];
    for (guint i = 0; i < N; i++) {
        full_ellipse(2 * G_PI * i / N, a, b, &x[i], &y[i]);
        x[i] += cx;
        y[i] += cy;
    }
    hand_line(cr, x, y, N, pen->hand->wobble * pen->em * 0.05, pen->seed);
    ink(cr, pen);
}

static void draw_shout(cairo_t *cr, const Pen *pen, double cx, double cy, double a, double b)
{
    const guint spikes = 18;
    cairo_new_path(cr);
    for (guint i = 0; i < 2 * spikes; i++) {
        const double reach = i % 2 ? 0.86 : 1 - 0.08 * chance(pen->seed, i);
        const double angle = 2 * G_PI * (i + 0.5 * (chance(pen->seed, 100 + i) - 0.5)) / (2 * spikes);
        double x, y;
        full_ellipse(angle, a * reach, b * reach, &x, &y);
        cairo_line_to(cr, cx + x, cy + y);
    }
    cairo_close_path(cr);
    ink(cr, pen);
}

/* A cloud: arcs around the edge, of which only the outer parts are seen. */
static void draw_thought(cairo_t *cr, const Pen *pen, double cx, double cy, double a, double b)
{
    const double radius = pen->em * 0.62;
    const guint puffs = (guint)CLAMP(G_PI * (a + b) / (1.25 * radius), 9, 40);
    for (guint pass = 0; pass < 2; pass++) {
        for (guint i = 0; i < puffs; i++) {
            double x, y;
            full_ellipse(2 * G_PI * i / puffs, a - radius, b - radius, &x, &y);
            const double r = radius * (0.88 + 0.24 * pen->hand->wobble * (chance(pen->seed, i) - 0.5) * 2);
            cairo_new_path(cr);
            cairo_arc(cr, cx + x, cy + y, pass ? r - pen->line / 2 : r, 0, 2 * G_PI);
            if (pass) {
                set_colour(cr, pen->hand->paper, 1);
                cairo_fill(cr);
            } else {
                ink(cr, pen);
            }
        }
    }
    cairo_new_path(cr);
    for (guint i = 0; i < 32; i++) {
        double x, y;
        full_ellipse(2 * G_PI * i / 32, a - radius, b - radius, &x, &y);
        cairo_line_to(cr, cx + x, cy + y);
    }
    set_colour(cr, pen->hand->paper, 1);
    cairo_fill(cr);
}

/* Points to the right; its left end, which is open, lies over the line of the balloon. */
static IdiomDrawing *draw_tail(const Pen *pen, double length, double wide)
{
    const double margin = pen->line + 2, h = wide + 2 * margin;
    cairo_t *cr = sheet_new((guint)ceil(length + margin), (guint)ceil(h));
    const double y0 = h / 2 - wide / 2, y1 = h / 2 + wide / 2, bend = wide * 0.35;
    cairo_move_to(cr, 0, y0);
    cairo_curve_to(cr, length * 0.35, y0 + wide * 0.1, length * 0.7, h / 2 - bend, length - pen->line, h / 2);
    cairo_curve_to(cr, length * 0.65, h / 2 + bend * 0.2, length * 0.35, y1 - wide * 0.1, 0, y1);
    ink(cr, pen);
    return sheet_finish(cr);
}

static IdiomDrawing *draw_puff(const Pen *pen, double radius)
{
    const double side = 2 * (radius + pen->line) + 2;
    cairo_t *cr = sheet_new((guint)ceil(side), (guint)ceil(side));
    cairo_arc(cr, side / 2, side / 2, radius, 0, 2 * G_PI);
    ink(cr, pen);
    return sheet_finish(cr);
}

gboolean bubble_draw(Bubble *bubble, const Hand *hand, const char *clean, BubbleKind kind, double size,
                     guint width, guint height)
{
    const double em = size * height / 100;
    const Pen pen = {.line = fmax(em * 0.09, 1.2), .em = em, .hand = hand, .seed = g_str_hash(clean)};
    double x, y, w, h;
    g_autoptr(GObject) owned = NULL;
    PangoLayout *layout = lettering_layout(hand, clean, em, width * 0.36, height * 0.4);
    owned = G_OBJECT(layout);
    lettering_extents(layout, &x, &y, &w, &h);
    bubble_clear(bubble);
    const double more = kind == BUBBLE_SPEECH ? 0 : 0.7 * em;
    const double a = w / 2 * 1.1 + 0.75 * em + more, b = h / 2 * 1.12 + 0.55 * em + more;
    bubble->inset = pen.line + 2 + hand->wobble * em * 0.06;
    bubble->width = ceil(2 * (a + bubble->inset));
    bubble->height = ceil(2 * (b + bubble->inset));
    bubble->kind = kind;
    bubble->wobble = hand->wobble * em * 0.025;
    bubble->tail_length = 2.2 * em;

    cairo_t *cr = sheet_new((guint)bubble->width, (guint)bubble->height);
    (kind == BUBBLE_SPEECH  ? draw_speech
     : kind == BUBBLE_SHOUT ? draw_shout
                            : draw_thought)(cr, &pen, bubble->width / 2, bubble->height / 2, a, b);
    bubble->balloon = sheet_finish(cr);
    bubble->tail =
        kind == BUBBLE_THOUGHT ? draw_puff(&pen, em * 0.5) : draw_tail(&pen, bubble->tail_length, em * 0.95);
    cr = sheet_new((guint)bubble->width, (guint)bubble->height);
    lettering_draw(cr, layout, round((bubble->width - w) / 2 - x), round((bubble->height - h) / 2 - y),
                   hand->ink, hand->paper, 0);
    bubble->letters = sheet_finish_middle(cr, (bubble->width - w) / 2 - 2, (bubble->height - h) / 2 - 2);
    return !lettering_lacks_font(layout);
}

/* --- placing --------------------------------------------------------------------------------------- */

#define SIDES 8
/* of an anchor, the ones that are liked best first: above to the right, above to the left, above, ... */
static const double sides[SIDES][2] = {{0.8, -1},    {-0.8, -1}, {0, -1},   {1.1, -0.3},
                                       {-1.1, -0.3}, {1, 0.8},   {-1, 0.8}, {0, 1}};

static double overlap(double a0, double a1, double b0, double b1)
{
    return fmax(fmin(a1, b1) - fmax(a0, b0), 0);
}

/* How much of the bubble at (x, y) would lie on @area, 0..1. */
static double covers(const Bubble *b, double x, double y, const IdiomArea *area)
{
    return overlap(x - b->width / 2, x + b->width / 2, area->x, area->x + area->width) *
           overlap(y - b->height / 2, y + b->height / 2, area->y, area->y + area->height) /
           fmax(b->width * b->height, 1);
}

static void keep_inside(const Bubble *b, const Stage *stage, double *x, double *y)
{
    const double edge = stage->height * 0.015;
    *x = b->width + 2 * edge > stage->width
             ? stage->width / 2.0
             : CLAMP(*x, b->width / 2 + edge, stage->width - b->width / 2 - edge);
    *y = b->height + 2 * edge > stage->height
             ? stage->height / 2.0
             : CLAMP(*y, b->height / 2 + edge, stage->height - b->height / 2 - edge);
}

static void propose(const Bubble *b, const Stage *stage, guint side, double *x, double *y)
{
    const Anchor *a = &b->anchor;
    const double gap = b->tail_length * 0.75;
    *x = a->x + sides[side][0] * (a->width / 2 + b->width / 2 + gap * 0.5);
    *y = a->y + sides[side][1] * (a->height / 2 + b->height / 2 + gap);
    keep_inside(b, stage, x, y);
}

static double cost(const Bubble *b, const Stage *stage, const Scene *scene, guint side, double x, double y)
{
    const Anchor *a = &b->anchor;
    const IdiomArea own = {a->x - a->width / 2, a->y - a->height / 2, a->width, a->height};
    double sum = 0.06 * side - (b->placed && side == b->side ? 0.5 : 0) + 6 * covers(b, x, y, &own);
    sum += hypot(x - a->x, y - a->y) / stage->height * 0.4;
    for (guint i = 0; i < scene->n_taken; i++)
        sum += 8 * covers(b, x, y, &scene->taken[i]);
    for (guint i = 0; i < stage->n_regions; i++) {
        const Region *r = &stage->regions[i];
        sum += 3 * covers(b, x, y, &(IdiomArea){r->x, r->y, r->width, r->height});
    }
    return sum;
}

/* Moves to the best side of its anchor, calmly; what is over it after all it is pushed off. */
static void settle(Bubble *b, const Stage *stage, const Scene *scene)
{
    double best = INFINITY, to_x = 0, to_y = 0;
    guint to_side = 0;
    for (guint i = 0; i < SIDES; i++) {
        double x, y;
        propose(b, stage, i, &x, &y);
        const double c = cost(b, stage, scene, i, x, y);
        if (c < best) {
            best = c;
            to_side = i;
            to_x = x;
            to_y = y;
        }
    }
    const double far = hypot(to_x - b->x, to_y - b->y);
    const double share = !b->placed ? 1 : far < stage->height * 0.004 ? 0 : 1 - exp(-3.5 * stage->step);
    b->x += share * (to_x - b->x);
    b->y += share * (to_y - b->y);
    b->side = to_side;
    b->placed = TRUE;
    keep_inside(b, stage, &b->x, &b->y);
}

/* Where a ray from the middle of the balloon towards (dx, dy) crosses its line. */
static double reach(const Bubble *b, double dx, double dy)
{
    const double a = b->width / 2 - b->inset, h = b->height / 2 - b->inset, power = 2 / 0.78;
    const double full = pow(pow(fabs(dx) / a, power) + pow(fabs(dy) / h, power), -1 / power);
    return b->kind == BUBBLE_SHOUT ? 0.86 * full : full;
}

static void add_tail(const Bubble *b, double tip_x, double tip_y, Scene *scene)
{
    double dx = tip_x - b->x, dy = tip_y - b->y;
    const double far = hypot(dx, dy);
    guint w, h;
    if (far < 1)
        return;
    dx /= far;
    dy /= far;
    idiom_drawing_size(b->tail, &w, &h);
    /* its open end has to cover the line everywhere it is as wide: that is bent there */
    const double start = reach(b, dx, dy) - b->inset * 1.3, length = far - start;
    if (length < 0.3 * b->tail_length)
        return;
    const double scale = length / b->tail_length;
    IdiomSprite *s =
        scene_add(scene, b->tail, b->x + dx * (start + w * scale / 2), b->y + dy * (start + w * scale / 2));
    const double across = CLAMP(sqrt(scale), 0.7, 1.3);
    s->xx = dx * scale;
    s->yx = dy * scale;
    s->xy = -dy * across;
    s->yy = dx * across;
}

/* Smaller and smaller towards the anchor. */
static void add_puffs(const Bubble *b, double tip_x, double tip_y, double time, Scene *scene)
{
    double dx = tip_x - b->x, dy = tip_y - b->y;
    const double far = hypot(dx, dy), start = reach(b, dx / far, dy / far);
    for (guint i = 0; i < 3 && far > start; i++) {
        const double at = start + (far - start) * (0.18 + 0.34 * i), scale = 0.9 - 0.27 * i;
        IdiomSprite *s = scene_add(scene, b->tail, b->x + dx / far * at, b->y + dy / far * at);
        s->xx = s->yy = scale * (1 + 0.04 * sin(2 * time + i));
    }
}

void bubble_place(Bubble *b, const Stage *stage, Scene *scene)
{
    const Anchor *a = &b->anchor;
    settle(b, stage, scene);
    /* towards a mouth, and to the edge of what is around it */
    const double mouth_x = a->x, mouth_y = a->y + (a->found ? 0.2 * a->height : 0);
    const double dx = b->x - mouth_x, dy = b->y - mouth_y, far = fmax(hypot(dx, dy), 1);
    const double off = a->found ? 0.4 * fmin(a->width, a->height) : 0;
    const double tip_x = mouth_x + dx / far * off, tip_y = mouth_y + dy / far * off;
    /* letters lie on whole pixels */
    const double x = round(b->x - b->width / 2) + b->width / 2,
                 y = round(b->y - b->height / 2) + b->height / 2;
    IdiomSprite *balloon;
    if (b->kind == BUBBLE_THOUGHT)
        add_puffs(b, tip_x, tip_y, stage->time, scene);
    balloon = scene_add(scene, b->balloon, x, y);
    balloon->wobble = b->wobble;
    balloon->phase = 2 * stage->time;
    if (b->kind != BUBBLE_THOUGHT)
        add_tail(b, tip_x, tip_y, scene);
    scene_add(scene, b->letters, x, y);
    scene_take(scene, (IdiomArea){x - b->width / 2, y - b->height / 2, b->width, b->height});
}
