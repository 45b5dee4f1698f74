/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A renderer from inside, for the files that are its parts. */
#ifndef IDIOM_RENDERER_STATE_H
#define IDIOM_RENDERER_STATE_H

#include "presence.h"
#include "resize.h"
#include "stack.h"
#include "transfer.h"

/* A frame in flight. */
typedef struct {
    IdiomFence *fence;
    gboolean pending;  /* the device has something to do for it */
    gboolean lost;     /* with its device */
    IdiomScene *scene; /* that it is a frame of */
    IdiomLook *look;   /* what it is made of; NULL where the source is shown as it is */
    IdiomTransfer in, out;
    IdiomStages stages;
    IdiomSurface *surface;     /* of the look or the scene, if something was measured there */
    IdiomObservation observed; /* how much will be */
    gpointer tag;
    gint64 begin;
} Slot;

/* How the subject of masks is shown, where it has a style of its own. */
typedef struct {
    IdiomStack stack;
    gboolean unset; /* under the renderer's lock: it is to have none from the next frame on */
} IdiomSubject;

typedef struct IdiomPeopleMaking IdiomPeopleMaking;

/* How people are found. */
typedef struct {
    IdiomStyle
        *style;  /* under the renderer's lock, with the next: a network; NULL: they are not looked for */
    guint every; /* frames from one in which they are looked for to the next */
    IdiomPeopleMaking *making;
    IdiomCutout *cutout; /* of the scene; NULL until one is wanted and made */
    gboolean failed;
} IdiomPeople;

struct IdiomRenderer {
    IdiomDevice *device;
    IdiomRendererWarning warning;
    gpointer user;

    IdiomKinds kinds;
    IdiomScene *scene; /* NULL: not configured */
    IdiomContinuity continuity;
    IdiomPresence presence;
    gboolean moved; /* the motion up to the last frame is known */
    guint64 number; /* of the last frame */
    gboolean lost;  /* the device was lost, and no frame has come back since */

    GMutex lock;          /* of the rest of this part */
    IdiomInner inner;     /* as it is wanted */
    IdiomResize *resize;  /* under way, or NULL; changed by the renderer's thread only */
    gboolean chosen;      /* what is to be shown */
    IdiomStack shown;     /* its style and weights; no style: the source as it is */
    gboolean mix_changed; /* since the newest layer was given the weights */
    IdiomRendererStats stats;

    IdiomSubject subject;
    IdiomPeople people;
    IdiomCutout *cutout; /* of the scene; NULL until a frame has a mask */
    IdiomLook *look;     /* of these layers, or NULL */
    IdiomLook *through;  /* of none, where frames change their kind; made when first needed */

    IdiomGallery *gallery;     /* NULL until there is something to show */
    IdiomObservation observed; /* in the last finished frame */

    Slot slots[IDIOM_PROGRAM_MAX_SLOTS];
    guint n_slots, oldest, in_flight;
};

/* What the caller knows of a structure, over the defaults in @to. */
void idiom_take_struct(gpointer to, gsize size, gconstpointer from, gsize from_size);

void idiom_renderer_warn(IdiomRenderer *r, const GError *error);

/* --- shown.c ---------------------------------------------------------------------------------------- */

/* Makes the style of @loaded, which is taken out of it, the newest. */
void idiom_shown_adopt(IdiomRenderer *r, IdiomLoaded *loaded);

/* Before a frame: what is ready comes, what is covered goes, and the newest has the mix that was asked for. */
void idiom_shown_update(IdiomRenderer *r);

/* What is fading is there. */
void idiom_shown_settle(IdiomRenderer *r);

/* The look of the layers of now. */
IdiomLook *idiom_shown_look(IdiomRenderer *r, IdiomLookKind kind, GError **error);

/* The look of the source alone, in a frame of the other kind. */
IdiomLook *idiom_shown_through(IdiomRenderer *r, GError **error);

/* --- subject.c -------------------------------------------------------------------------------------- */

/* Before a frame: what is ready comes, what is covered goes. */
void idiom_subject_update(IdiomRenderer *r);

/* Makes the subject's style anew for r->scene. */
gboolean idiom_subject_prepare(IdiomRenderer *r, GError **error);

/* r->scene is another one: @layer (transfer full, may be NULL) shows @style there, if that is still what it has. */
void idiom_subject_adopt(IdiomRenderer *r, IdiomLayer *layer, const IdiomStyle *style);

/* Drops its layers, which are made for another scene then; NULL: there is none. */
void idiom_subject_set_scene(IdiomRenderer *r, IdiomScene *scene);

/* --- people.c --------------------------------------------------------------------------------------- */

/* Made for r->scene at once, if they are wanted. */
gboolean idiom_people_prepare(IdiomRenderer *r, GError **error);

/* What they are cut out by: NULL while that is being made, which this begins. */
IdiomCutout *idiom_people_cutout(IdiomRenderer *r);

/* r->scene is another one. */
void idiom_people_forget(IdiomRenderer *r);
void idiom_people_clear(IdiomRenderer *r);

/* --- view.c ----------------------------------------------------------------------------------------- */

/* Makes all that frames as r->kinds says need, in the newest style. */
gboolean idiom_view_prepare(IdiomRenderer *r, GError **error);

/* The same for @loaded, in place of what is shown; on failure all stays as it was. */
gboolean idiom_view_replace(IdiomRenderer *r, const IdiomLoaded *loaded, GError **error);

void idiom_view_forget(IdiomRenderer *r);

/* Before a frame: another size inside is made ready beside the frames, and shown once it is. */
void idiom_view_follow_inner(IdiomRenderer *r);

/* --- handover.c ------------------------------------------------------------------------------------- */

/*
 * Before @scene, of another inner size, takes the place of r->scene: a layer of it that goes on with what was shown last;
 * NULL: nothing can, and the change is made at once.
 */
IdiomLayer *idiom_handover_leave(IdiomRenderer *r, IdiomScene *scene);

/* Afterwards: what is computed fades in over @ghost (transfer full). */
void idiom_handover_begin(IdiomRenderer *r, IdiomLayer *ghost);

/* Before frame r->number: what cannot be moved on to it is dropped. @moves: the motion up to it is known */
void idiom_handover_follow(IdiomRenderer *r, gboolean moves);

/* --- express.c -------------------------------------------------------------------------------------- */

/* What the frame says, checked. */
gboolean idiom_express_take(const IdiomFrameParams *params, IdiomExpression *expression, GError **error);

/* Whether there is something to do on a surface. */
gboolean idiom_express_shows(const IdiomExpression *expression);

/* Commands that bring it over the source, and over the result. As idiom_program_commands(). */
gboolean idiom_express_on_scene(IdiomRenderer *r, guint index, const IdiomExpression *expression,
                                IdiomCommands **lists, guint *count, GError **error);
gboolean idiom_express_on_look(IdiomRenderer *r, guint index, const IdiomExpression *expression,
                               IdiomLook *look, IdiomCommands **lists, guint *count, GError **error);

/* Whether the frame is to be drawn, with contours or few tones. */
gboolean idiom_express_draws(const IdiomFrameParams *params);

/*
 * Commands that draw what @look shows (NULL: the source, whose picture has been made), and lay @over (NULL: nothing) over
 * it; the result is at @ends.
 */
gboolean idiom_express_sketch(IdiomRenderer *r, guint index, const IdiomFrameParams *params,
                              const IdiomExpression *over, IdiomLook *look, IdiomEnds *ends,
                              IdiomCommands **lists, guint *count, GError **error);

/* Commands that follow its points, after those of the scene's motion. */
gboolean idiom_express_follow(IdiomRenderer *r, guint index, const IdiomExpression *expression,
                              IdiomCommands **lists, guint *count, GError **error);

/* Takes note of what was found in the frame of slot @index, which is finished. */
void idiom_express_read(IdiomRenderer *r, guint index);

/* --- recover.c -------------------------------------------------------------------------------------- */

/* Goes on with a new device, once; @loss (transfer full) says how the old one was lost. */
gboolean idiom_renderer_recover(IdiomRenderer *r, GError *loss, GError **error);

#endif
