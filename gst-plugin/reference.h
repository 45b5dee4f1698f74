/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures whose manner is shown: the properties and the signal that give them, and the thread that reads them. */
#ifndef IDIOM_GST_REFERENCE_H
#define IDIOM_GST_REFERENCE_H

#include <gst/gst.h>
#include <idiom/renderer.h>

typedef struct Reference Reference;

void reference_install(GObjectClass *klass);

Reference *reference_new(GstElement *element);
void reference_free(Reference *r);

/* FALSE if there is no such property. Under the object lock. */
gboolean reference_set(Reference *r, guint id, const GValue *value);
gboolean reference_get(const Reference *r, guint id, GValue *value);

/* A raw video frame is the reference from now on, in place of files; NULL: there is none. Under the object lock. */
void reference_set_sample(Reference *r, GstSample *sample);

/* Whether pictures are given: then they are shown and not a style. Under the object lock. */
gboolean reference_is_given(const Reference *r);

/* Whether others are given, or none any more, since this was asked last. Under the object lock. */
gboolean reference_take_changed(Reference *r);

/* Reads what is given and shows it, with nothing else; from then on reference_change() may be called. Not under the lock. */
gboolean reference_start(Reference *r, IdiomRenderer *renderer, GError **error);
/* Waits for what is being read. */
void reference_stop(Reference *r);

/*
 * Reads what is given in a thread of its own, and has the renderer fade to it; what cannot be read is a warning on the bus,
 * and what is shown stays. @error: there is no thread for it. Under the object lock.
 */
gboolean reference_change(Reference *r, guint64 fade, GError **error);

/* Whether something is being read in the background. */
gboolean reference_is_reading(const Reference *r);

/* What is being read is not wanted any more. */
void reference_cancel(Reference *r);

#endif
