/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_PROFILE_H
#define IDIOM_PROFILE_H

#include <idiom-unstable/program.h>
#include <idiom/renderer.h>

G_BEGIN_DECLS

/**
 * idiom_renderer_profile: switches device timestamps around every operation of a frame on or off, as
 * idiom_program_profile(), for a renderer with one slot. What comes into view later is not profiled.
 */
gboolean idiom_renderer_profile(IdiomRenderer *renderer, gboolean enable, GError **error);

/** idiom_renderer_times: (transfer full): array of IdiomOpTime, the operations of the last profiled frame in order. */
GArray *idiom_renderer_times(IdiomRenderer *renderer);

G_END_DECLS

#endif
