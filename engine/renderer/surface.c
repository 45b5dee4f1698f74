/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "surface.h"

#include "expression/drawing.h"

#include <string.h>

/* --- sprites and light ----------------------------------------------------------------------------- */

static gboolean prepare(IdiomProgram *program, GError **error)
{
    return program && idiom_program_allocate(program, error) &&
           idiom_program_prepare(program, NULL, TRUE, error);
}

IdiomSurface *idiom_surface_new(IdiomGraph *graph, const IdiomTensor *bytes, const IdiomFrame *frame,
                                GError **error)
{
    g_autoptr(IdiomSurface) surface = g_new0(IdiomSurface, 1);
    IdiomTensor *borrowed = idiom_graph_borrow(graph, bytes);
    IdiomTensor *areas = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, IDIOM_MAX_AREAS, 4));
    IdiomTensor *table =
        idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, idiom_overlay_words(frame)));
    IdiomTensor *light = idiom_gauge(graph, borrowed, areas, frame);
    idiom_overlay(graph, borrowed, table, frame);
    surface->program = idiom_program_plan(graph, &light, 1, error);
    if (!prepare(surface->program, error))
        return NULL;
    for (guint i = 0; i < graph->slots; i++) {
        surface->slot[i].table = idiom_program_map_slot(surface->program, table, i);
        surface->slot[i].areas = idiom_program_map_slot(surface->program, areas, i);
        surface->slot[i].light = idiom_program_map_slot(surface->program, light, i);
    }
    return g_steal_pointer(&surface);
}

void idiom_surface_free(IdiomSurface *surface)
{
    if (surface)
        idiom_program_free(surface->program);
    g_free(surface);
}

gboolean idiom_surface_commands(IdiomSurface *surface, const IdiomExpression *expression, guint slot,
                                IdiomCommands **lists, guint *count, GError **error)
{
    float *to = surface->slot[slot].areas;
    memset(to, 0, IDIOM_MAX_AREAS * 4 * sizeof *to);
    for (guint i = 0; i < expression->n_areas; i++, to += 4) {
        const IdiomArea *a = &expression->areas[i];
        to[0] = (float)a->x;
        to[1] = (float)a->y;
        to[2] = (float)a->width;
        to[3] = (float)a->height;
    }
    return idiom_program_commands(surface->program, NULL, TRUE, slot, lists, count, error);
}

void idiom_surface_read(const IdiomSurface *surface, guint slot, IdiomLight *lights, guint n)
{
    const float *cell = surface->slot[slot].light;
    for (guint i = 0; i < n; i++) {
        lights[i] = (IdiomLight){.least = 1};
        for (guint c = 0; c < IDIOM_GAUGE_CELLS; c++, cell += 4) {
            lights[i].mean += cell[0] / IDIOM_GAUGE_CELLS;
            lights[i].least = MIN(lights[i].least, cell[1]);
            lights[i].most = MAX(lights[i].most, cell[2]);
        }
    }
}

/* --- points ---------------------------------------------------------------------------------------- */

IdiomFollower *idiom_follower_new(IdiomGraph *graph, const IdiomMotion *motion, GError **error)
{
    g_autoptr(IdiomFollower) follower = g_new0(IdiomFollower, 1);
    const IdiomMotion own = {.flow = idiom_graph_borrow(graph, motion->flow),
                             .continues = idiom_graph_borrow(graph, motion->continues),
                             .cell = motion->cell};
    IdiomTensor *points = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, IDIOM_MAX_POINTS, 4));
    IdiomTensor *moves = idiom_follow(graph, &own, points);
    follower->program = idiom_program_plan(graph, &moves, 1, error);
    if (!prepare(follower->program, error))
        return NULL;
    for (guint i = 0; i < graph->slots; i++) {
        follower->slot[i].points = idiom_program_map_slot(follower->program, points, i);
        follower->slot[i].moves = idiom_program_map_slot(follower->program, moves, i);
    }
    return g_steal_pointer(&follower);
}

void idiom_follower_free(IdiomFollower *follower)
{
    if (follower)
        idiom_program_free(follower->program);
    g_free(follower);
}

gboolean idiom_follower_commands(IdiomFollower *follower, const IdiomExpression *expression, double scale_x,
                                 double scale_y, guint slot, IdiomCommands **lists, guint *count,
                                 GError **error)
{
    float *to = follower->slot[slot].points;
    for (guint i = 0; i < expression->n_points; i++, to += 4) {
        const IdiomPoint *p = &expression->points[i];
        to[0] = (float)(p->x * scale_x);
        to[1] = (float)(p->y * scale_y);
        to[2] = (float)(p->radius * scale_x);
    }
    return idiom_program_commands(follower->program, NULL, TRUE, slot, lists, count, error);
}

void idiom_follower_read(const IdiomFollower *follower, guint slot, double scale_x, double scale_y,
                         IdiomMove *moves, guint n)
{
    const float *from = follower->slot[slot].moves;
    for (guint i = 0; i < n; i++, from += 4)
        moves[i] = (IdiomMove){from[0] / scale_x, from[1] / scale_y, from[2]};
}

/* --- drawings on the device ------------------------------------------------------------------------ */

/* A drawing that no frame has shown for so many is given back. */
#define KEPT 100

typedef struct {
    IdiomDrawing *drawing;
    IdiomArena *arena;
    IdiomBuffer *buffer;
    guint64 used; /* number of the last frame that showed it */
} Hung;

struct IdiomGallery {
    IdiomDevice *device;
    GHashTable *hung; /* IdiomDrawing -> Hung */
    guint64 tidied;
};

static void hung_free(gpointer data)
{
    Hung *hung = data;
    idiom_arena_free(hung->arena);
    idiom_drawing_unref(hung->drawing);
    g_free(hung);
}

IdiomGallery *idiom_gallery_new(IdiomDevice *device)
{
    IdiomGallery *gallery = g_new0(IdiomGallery, 1);
    gallery->device = idiom_device_ref(device);
    gallery->hung = g_hash_table_new_full(NULL, NULL, NULL, hung_free);
    return gallery;
}

void idiom_gallery_free(IdiomGallery *gallery)
{
    if (!gallery)
        return;
    g_hash_table_unref(gallery->hung);
    idiom_device_unref(gallery->device);
    g_free(gallery);
}

static Hung *hang(IdiomGallery *gallery, IdiomDrawing *drawing, GError **error)
{
    Hung *hung = g_new0(Hung, 1);
    const gsize size = idiom_drawing_bytes(drawing);
    hung->drawing = idiom_drawing_ref(drawing);
    hung->arena = idiom_arena_new(gallery->device);
    hung->buffer = idiom_arena_buffer(hung->arena, size, !idiom_device_is_staged(gallery->device), error);
    if (!hung->buffer ||
        !idiom_buffer_write(gallery->device, hung->buffer, 0, drawing->pixels, size, error)) {
        hung_free(hung);
        return NULL;
    }
    g_hash_table_insert(gallery->hung, drawing, hung);
    return hung;
}

static gboolean is_forgotten(gpointer drawing, gpointer hung, gpointer number)
{
    (void)drawing;
    return ((Hung *)hung)->used + KEPT < *(guint64 *)number;
}

gboolean idiom_gallery_show(IdiomGallery *gallery, const IdiomExpression *expression, const IdiomFrame *frame,
                            guint64 number, guint32 *table, GError **error)
{
    if (gallery->tidied + KEPT < number) {
        g_hash_table_foreach_remove(gallery->hung, is_forgotten, &number);
        gallery->tidied = number;
    }
    guint64 addresses[IDIOM_MAX_SPRITES];
    for (guint i = 0; i < expression->n_sprites; i++) {
        const IdiomSprite *sprite = &expression->sprites[i];
        Hung *hung = g_hash_table_lookup(gallery->hung, sprite->drawing);
        if (!hung && !(hung = hang(gallery, sprite->drawing, error)))
            return FALSE;
        hung->used = number;
        addresses[i] = hung->buffer->address;
    }
    idiom_overlay_fill(table, expression->sprites, addresses, expression->n_sprites, expression->alone,
                       frame);
    return TRUE;
}
