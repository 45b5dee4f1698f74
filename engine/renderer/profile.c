/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the operations of a frame take. */
#include "state.h"

#include <idiom-unstable/profile.h>

/* The programs of the last frame: the scene's, those of the subject, the layers', the look's. */
static guint programs_of(const IdiomRenderer *r, IdiomProgram **programs)
{
    guint n = 0;
    if (!r->look)
        return 0;
    programs[n++] = r->look->scene->program;
    const IdiomCutout *cutout = r->look->kind.cutout;
    if (cutout && cutout->finder)
        programs[n++] = cutout->finder->find;
    if (cutout)
        programs[n++] = cutout->program;
    for (guint i = 0; i < r->look->n_layers; i++)
        programs[n++] = r->look->layers[i]->program;
    programs[n++] = r->look->program;
    return n;
}

gboolean idiom_renderer_profile(IdiomRenderer *r, gboolean enable, GError **error)
{
    IdiomProgram *programs[IDIOM_LOOK_MAX_ALL + 4];
    const guint n = programs_of(r, programs);
    for (guint i = 0; i < n; i++)
        if (!idiom_program_profile(programs[i], enable, error))
            return FALSE;
    return TRUE;
}

GArray *idiom_renderer_times(IdiomRenderer *r)
{
    IdiomProgram *programs[IDIOM_LOOK_MAX_ALL + 4];
    const guint n = programs_of(r, programs);
    GArray *times = g_array_new(FALSE, FALSE, sizeof(IdiomOpTime));
    for (guint i = 0; i < n; i++) {
        guint count;
        const IdiomOpTime *own = idiom_program_times(programs[i], &count);
        g_array_append_vals(times, own, count);
    }
    return times;
}
