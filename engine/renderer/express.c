/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What frames say, between the parts of a renderer. */
#include "state.h"

#include <string.h>

gboolean idiom_express_take(const IdiomFrameParams *params, IdiomExpression *expression, GError **error)
{
    const IdiomExpression *given = params->expression;
    *expression = (IdiomExpression)IDIOM_EXPRESSION_INIT;
    if (given)
        idiom_take_struct(expression, sizeof *expression, given, given->struct_size);
    if (expression->n_sprites > IDIOM_MAX_SPRITES || expression->n_areas > IDIOM_MAX_AREAS ||
        expression->n_points > IDIOM_MAX_POINTS) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "%u sprites, %u areas, %u points: there can be up to %d, %d and %d",
                    expression->n_sprites, expression->n_areas, expression->n_points, IDIOM_MAX_SPRITES,
                    IDIOM_MAX_AREAS, IDIOM_MAX_POINTS);
        return FALSE;
    }
    return TRUE;
}

gboolean idiom_express_shows(const IdiomExpression *e)
{
    return e->n_sprites || e->n_areas || e->alone;
}

/* The surface at *@surface, over a @frame at @bytes; made if there is none. */
static gboolean find_surface(IdiomSurface **surface, const IdiomScene *scene, const IdiomTensor *bytes,
                             const IdiomFrame *frame, GError **error)
{
    return *surface || (*surface = idiom_surface_new(idiom_scene_graph(scene), bytes, frame, error)) != NULL;
}

static gboolean lay(IdiomRenderer *r, guint index, const IdiomExpression *e, IdiomSurface *surface,
                    const IdiomFrame *frame, IdiomCommands **lists, guint *count, GError **error)
{
    Slot *slot = &r->slots[index];
    if (!r->gallery)
        r->gallery = idiom_gallery_new(r->device);
    slot->surface = surface;
    slot->observed.n_lights = e->n_areas;
    return idiom_gallery_show(r->gallery, e, frame, r->number, surface->slot[index].table, error) &&
           idiom_surface_commands(surface, e, index, lists, count, error);
}

gboolean idiom_express_on_scene(IdiomRenderer *r, guint index, const IdiomExpression *e,
                                IdiomCommands **lists, guint *count, GError **error)
{
    IdiomScene *scene = r->scene;
    return find_surface(&scene->surface, scene, scene->bytes, &scene->frame, error) &&
           lay(r, index, e, scene->surface, &scene->frame, lists, count, error);
}

gboolean idiom_express_on_look(IdiomRenderer *r, guint index, const IdiomExpression *e, IdiomLook *look,
                               IdiomCommands **lists, guint *count, GError **error)
{
    return find_surface(&look->surface, look->scene, look->bytes, &look->scene->result, error) &&
           lay(r, index, e, look->surface, &look->scene->result, lists, count, error);
}

gboolean idiom_express_draws(const IdiomFrameParams *params)
{
    return params->line > 0 || params->tones > 0;
}

gboolean idiom_express_sketch(IdiomRenderer *r, guint index, const IdiomFrameParams *params,
                              const IdiomExpression *over, IdiomLook *look, IdiomEnds *ends,
                              IdiomCommands **lists, guint *count, GError **error)
{
    IdiomScene *scene = r->scene;
    const IdiomFrame *frame = look ? &scene->result : &scene->frame;
    IdiomSketch **sketch = look ? &look->sketch : &scene->sketch;
    if (!*sketch && !(*sketch = idiom_sketch_new(idiom_scene_graph(scene), look ? look->bytes : scene->bytes,
                                                 scene->full, frame, scene->slots, error)))
        return FALSE;
    *ends = (*sketch)->slot[index].ends;
    return idiom_sketch_commands(*sketch, params, index, lists, count, error) &&
           (!over || (find_surface(&(*sketch)->surface, scene, (*sketch)->bytes, frame, error) &&
                      lay(r, index, over, (*sketch)->surface, frame, lists, count, error)));
}

/* Pixels of the picture that styles work on for one of the frame. */
static void find_scale(const IdiomScene *scene, double *x, double *y)
{
    const IdiomShape shape = idiom_tensor_shape(scene->picture);
    *x = (double)shape.w / scene->frame.width;
    *y = (double)shape.h / scene->frame.height;
}

gboolean idiom_express_follow(IdiomRenderer *r, guint index, const IdiomExpression *e, IdiomCommands **lists,
                              guint *count, GError **error)
{
    IdiomScene *scene = r->scene;
    double x, y;
    if (!scene->follower &&
        !(scene->follower = idiom_follower_new(idiom_scene_graph(scene), &scene->motion, error)))
        return FALSE;
    find_scale(scene, &x, &y);
    r->slots[index].observed.n_moves = e->n_points;
    return idiom_follower_commands(scene->follower, e, x, y, index, lists, count, error);
}

void idiom_express_read(IdiomRenderer *r, guint index)
{
    Slot *slot = &r->slots[index];
    double x, y;
    r->observed = slot->observed;
    if (slot->observed.n_lights)
        idiom_surface_read(slot->surface, index, r->observed.lights, slot->observed.n_lights);
    if (slot->observed.n_moves) {
        find_scale(slot->scene, &x, &y);
        idiom_follower_read(slot->scene->follower, index, x, y, r->observed.moves, slot->observed.n_moves);
    }
}

void idiom_renderer_observe(const IdiomRenderer *r, IdiomObservation *observation)
{
    const gsize size = MIN(observation->struct_size, sizeof r->observed);
    const gsize own = observation->struct_size;
    memcpy(observation, &r->observed, size);
    observation->struct_size = own;
}
