/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anchor.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

/* So much of a step towards a region that was found is made at once: detectors shake. */
#define TRUST 0.6
/* And this where it jumps by more than so much of the region's width: something else was taken for it, or it will be seen again. */
#define DOUBT 0.15
#define JUMP 0.25
/* A region that is not seen for so long is given up, in seconds. */
#define PATIENCE 2.0

void anchor_clear(Anchor *anchor)
{
    g_free(anchor->type);
    *anchor = (Anchor){0};
}

static gboolean parse_point(const char *text, double *x, double *y)
{
    char *end;
    *x = g_ascii_strtod(text, &end);
    if (end == text || *end != ',')
        return FALSE;
    const char *second = end + 1;
    *y = g_ascii_strtod(second, &end);
    return end != second && !*end && *x >= 0 && *x <= 1 && *y >= 0 && *y <= 1;
}

gboolean anchor_parse(Anchor *anchor, const char *given, guint rank, GError **error)
{
    g_autofree char *text = g_strstrip(g_strdup(given ? given : "auto"));
    Anchor a = {.rank = rank, .point = -1};
    guint64 id;
    if (!*text || g_str_equal(text, "auto")) {
        a.kind = ANCHOR_AUTO;
    } else if (parse_point(text, &a.share_x, &a.share_y)) {
        a.kind = ANCHOR_POINT;
    } else if (g_str_has_prefix(text, "id:") &&
               g_ascii_string_to_unsigned(text + 3, 10, 0, G_MAXINT, &id, NULL)) {
        a.kind = ANCHOR_ID;
        a.id = (gint)id;
    } else if (g_ascii_isalpha(text[0]) && strlen(text) < 64 && !strpbrk(text, " ,:;")) {
        a.kind = ANCHOR_TYPE;
        a.type = g_strdup(text);
    } else {
        g_set_error(
            error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
            "anchor '%.60s': expected auto, X,Y from 0,0 to 1,1, id:N, or the type of a region such as face",
            text);
        return FALSE;
    }
    anchor_clear(anchor);
    *anchor = a;
    return TRUE;
}

static gboolean fits(const Anchor *anchor, const Region *region)
{
    return anchor->kind == ANCHOR_AUTO ||
           (anchor->kind == ANCHOR_TYPE && g_strcmp0(anchor->type, region->type) == 0) ||
           (anchor->kind == ANCHOR_ID && anchor->id == region->id);
}

/* Square of the distance to where it was. */
static double distance(const Anchor *anchor, const Region *r)
{
    const double x = r->x + r->width / 2 - anchor->x, y = r->y + r->height / 2 - anchor->y;
    return x * x + y * y;
}

/* The region that it is: near where it was, or in the order of their size. */
static const Region *find_region(const Anchor *anchor, const Stage *stage)
{
    const Region *fitting[STAGE_MAX_REGIONS], *nearest = NULL;
    guint n = 0;
    for (guint i = 0; i < stage->n_regions; i++) {
        const Region *r = &stage->regions[i];
        if (!fits(anchor, r))
            continue;
        guint at = n++;
        for (; at > 0 && fitting[at - 1]->width < r->width; at--)
            fitting[at] = fitting[at - 1];
        fitting[at] = r;
        if (!nearest || distance(anchor, r) < distance(anchor, nearest))
            nearest = r;
    }
    if (anchor->found && nearest && distance(anchor, nearest) < anchor->width * anchor->width)
        return nearest;
    return anchor->found && anchor->lost < PATIENCE ? NULL : anchor->rank < n ? fitting[anchor->rank] : NULL;
}

static void take_region(Anchor *anchor, const Region *r)
{
    const gboolean jumps = distance(anchor, r) > JUMP * JUMP * anchor->width * anchor->width;
    const double trust = !anchor->found ? 1 : jumps ? DOUBT : TRUST, slow = anchor->found ? 0.2 : 1;
    anchor->x += trust * (r->x + r->width / 2 - anchor->x);
    anchor->y += trust * (r->y + r->height / 2 - anchor->y);
    anchor->width += slow * (r->width - anchor->width);
    anchor->height += slow * (r->height - anchor->height);
    anchor->known = anchor->found = TRUE;
    anchor->lost = 0;
}

/* A place that is as good as any. */
static void take_point(Anchor *anchor, const Stage *stage)
{
    const gboolean given = anchor->kind == ANCHOR_POINT;
    anchor->x = stage->width * (given ? anchor->share_x : 0.38 + 0.24 * (anchor->rank % 2));
    anchor->y = stage->height * (given ? anchor->share_y : 0.58);
    anchor->width = anchor->height = stage->height * 0.1;
    anchor->speed_x = anchor->speed_y = 0;
    anchor->known = TRUE;
    anchor->found = FALSE;
}

void anchor_update(Anchor *anchor, const Stage *stage, Scene *scene)
{
    if (anchor->known) { /* as it moved last; what it does now is known later */
        anchor->x = CLAMP(anchor->x + anchor->speed_x, 0, stage->width);
        anchor->y = CLAMP(anchor->y + anchor->speed_y, 0, stage->height);
    }
    const Region *region = anchor->kind == ANCHOR_POINT ? NULL : find_region(anchor, stage);
    if (region)
        take_region(anchor, region);
    else if (anchor->found && (anchor->lost += stage->step) > 2 * PATIENCE)
        anchor->known = anchor->found = FALSE;
    if (!anchor->known)
        take_point(anchor, stage);
    const gboolean follows = anchor->found || anchor->kind == ANCHOR_POINT;
    anchor->point = -1;
    if (follows && scene->n_points < IDIOM_MAX_POINTS) {
        anchor->point = (gint)scene->n_points;
        scene->points[scene->n_points++] =
            (IdiomPoint){anchor->x, anchor->y, 0.35 * fmin(anchor->width, anchor->height)};
    }
}

void anchor_learn(Anchor *anchor, const IdiomMove *move)
{
    if (move->sure <= 0) { /* another scene, or nothing to go by */
        anchor->speed_x = anchor->speed_y = 0;
        if (anchor->kind == ANCHOR_POINT)
            anchor->known = FALSE;
        return;
    }
    /* the last step was a guess */
    const double share = CLAMP(2 * move->sure, 0, 1);
    anchor->x += share * move->x - anchor->speed_x;
    anchor->y += share * move->y - anchor->speed_y;
    anchor->speed_x = share * move->x;
    anchor->speed_y = share * move->y;
}
