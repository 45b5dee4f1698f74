/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Life after a lost device. */
#include "state.h"

/* What is in flight does not come back. */
static void lose_frames(IdiomRenderer *r)
{
    for (guint i = 0; i < r->n_slots; i++) {
        Slot *slot = &r->slots[i];
        slot->lost |= slot->pending || slot->out.bytes; /* also those that only the host has to do with */
        slot->pending = FALSE;
        g_clear_pointer(&slot->look, idiom_look_unref);
        g_clear_pointer(&slot->scene, idiom_scene_unref);
        idiom_transfer_clear(&slot->in);
        idiom_transfer_clear(&slot->out);
        idiom_stages_clear(&slot->stages);
        g_clear_pointer(&slot->fence, idiom_fence_free);
    }
}

/* Goes on with a new device, once; @loss (transfer full) says how the old one was lost. */
gboolean idiom_renderer_recover(IdiomRenderer *r, GError *loss, GError **error)
{
    g_autoptr(GError) why = loss;
    lose_frames(r);
    idiom_view_forget(r);
    g_clear_pointer(&r->gallery, idiom_gallery_free);
    if (r->lost) {
        g_propagate_prefixed_error(error, g_steal_pointer(&why), "lost for the second time: ");
        return FALSE;
    }
    r->lost = TRUE;
    IdiomDevice *device = idiom_device_reopen(r->device, error);
    if (!device)
        return FALSE;
    g_mutex_lock(&r->lock);
    idiom_device_unref(r->device);
    r->device = device;
    g_mutex_unlock(&r->lock);
    g_prefix_error(&why, "the frames in flight are lost, a new device goes on: ");
    idiom_renderer_warn(r, why);
    r->continuity.broken = TRUE;
    return idiom_view_prepare(r, error);
}
