/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sentence.h"

#include "glide.h"
#include "say.h"

#include <string.h>

/* Properties that fade. */
static const struct {
    const char *name;
    gsize offset; /* in IdiomFrameParams */
} numbers[] = {
    {"strength", G_STRUCT_OFFSET(IdiomFrameParams, strength)},
    {"temporal", G_STRUCT_OFFSET(IdiomFrameParams, temporal)},
    {"colour", G_STRUCT_OFFSET(IdiomFrameParams, colour)},
    {"line", G_STRUCT_OFFSET(IdiomFrameParams, line)},
    {"tones", G_STRUCT_OFFSET(IdiomFrameParams, tones)},
};

struct Sentence {
    GstElement *element;
    char *said;

    GMutex lock; /* of the rest */
    Glide glides[G_N_ELEMENTS(numbers)];
    double shown[G_N_ELEMENTS(numbers)]; /* in the last frame */
    gboolean has_shown;
    guint64 fade;
};

void sentence_install(GObjectClass *klass)
{
    /**
     * GstIdiom:say:
     *
     * A sentence, in English or Chinese, that sets other properties: names, aliases and moods of the installed styles
     * (`idiom-train expression STYLE` shows them), amounts ("half strength", "70%", "strong lines"), sizes ("large
     * strokes"), quoted text with what it is ("the caption 'Guten Morgen' at the bottom", "says 'Hello'"), names of emoji
     * with a place ("a heart at the top left", "raining hearts"). What it does not understand it leaves out; it never fails.
     * An element message, `idiom-said`, tells with the fields `sentence`, `understood`, `unknown` and `settings` what was
     * made of it. Numbers fade as #GstIdiom:style-fade says.
     */
    g_object_class_install_property(
        klass, SENTENCE_SAY,
        g_param_spec_string("say", "Say", "A sentence, in English or Chinese, that sets the others", NULL,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
}

Sentence *sentence_new(GstElement *element)
{
    Sentence *s = g_new0(Sentence, 1);
    s->element = element;
    g_mutex_init(&s->lock);
    return s;
}

void sentence_free(Sentence *s)
{
    g_free(s->said);
    g_mutex_clear(&s->lock);
    g_free(s);
}

const char *sentence_said(const Sentence *s)
{
    return s->said;
}

/* A number goes from where it is seen to be. */
static void begin_glide(Sentence *s, const char *property)
{
    g_mutex_lock(&s->lock);
    for (guint i = 0; s->has_shown && i < G_N_ELEMENTS(numbers); i++)
        if (g_str_equal(property, numbers[i].name))
            glide_begin(&s->glides[i], s->shown[i]);
    g_mutex_unlock(&s->lock);
}

/* All at once, so that a style and its mix come together. */
static void apply(Sentence *s, const Said *said)
{
    GObject *object = G_OBJECT(s->element);
    guint64 fade;
    g_object_get(object, "style-fade", &fade, NULL);
    g_mutex_lock(&s->lock);
    s->fade = fade;
    g_mutex_unlock(&s->lock);
    g_object_freeze_notify(object);
    if (said_value(said, "style") && !said_value(said, "mix"))
        g_object_set(object, "mix", NULL, NULL);
    for (guint i = 0; i < said->settings->len; i += 2) {
        begin_glide(s, said->settings->pdata[i]);
        gst_util_set_object_arg(object, said->settings->pdata[i], said->settings->pdata[i + 1]);
    }
    g_object_thaw_notify(object);
}

void sentence_say(Sentence *s, const char *text)
{
    g_free(s->said);
    s->said = g_strdup(text);
    if (!text || !*text)
        return;
    g_autoptr(SayVocabulary) vocabulary = say_vocabulary_installed();
    g_autoptr(Said) said = say_parse(text, vocabulary);
    g_autofree char *settings = said_settings(said),
                    *valid = g_utf8_make_valid(text, (gssize)strnlen(text, 2000));
    apply(s, said);
    gst_element_post_message(
        s->element, gst_message_new_element(GST_OBJECT(s->element),
                                            gst_structure_new("idiom-said", "sentence", G_TYPE_STRING, valid,
                                                              "understood", G_TYPE_STRING, said->understood,
                                                              "unknown", G_TYPE_STRING, said->unknown,
                                                              "settings", G_TYPE_STRING, settings, NULL)));
}

void sentence_glide(Sentence *s, IdiomFrameParams *params, GstClockTime time)
{
    g_mutex_lock(&s->lock);
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        double *value = (double *)(gpointer)((guint8 *)params + numbers[i].offset);
        *value = s->shown[i] = glide_at(&s->glides[i], *value, time, s->fade);
    }
    s->has_shown = TRUE;
    g_mutex_unlock(&s->lock);
}
