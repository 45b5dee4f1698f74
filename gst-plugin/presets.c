/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GStreamer keeps strings of letters and digits only: what it has to escape comes back otherwise, or not at all (1.22 to
 * 1.26 at least). So they are kept as meta data of the preset, escaped as in URIs.
 */
#include "presets.h"

#include <gst/gst.h>

/* Marks a preset that has its strings there; also the object while it is being saved. */
#define APART "strings-apart"

static GstPresetInterface usual;

/* A sentence ("say") is what others are set by: said again after them, it would set them back. */
static gboolean is_kept(GstPreset *preset, const char *name)
{
    const GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(preset), name);
    const gboolean apart = g_object_get_data(G_OBJECT(preset), APART) != NULL;
    return !g_str_equal(name, "say") && !(apart && spec->value_type == G_TYPE_STRING);
}

static char **list_names(GstPreset *preset)
{
    char **names = usual.get_property_names(preset);
    guint kept = 0;
    for (guint i = 0; names && names[i]; i++)
        if (is_kept(preset, names[i]))
            names[kept++] = names[i];
        else
            g_free(names[i]);
    if (names)
        names[kept] = NULL;
    return names;
}

/* Names of the properties that are strings, but not the object's own. */
static char **list_strings(GstPreset *preset)
{
    g_auto(GStrv) names = list_names(preset);
    g_autoptr(GStrvBuilder) strings = g_strv_builder_new();
    for (guint i = 0; names && names[i]; i++) {
        const GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(preset), names[i]);
        if (spec->value_type == G_TYPE_STRING && spec->owner_type != GST_TYPE_OBJECT)
            g_strv_builder_add(strings, names[i]);
    }
    return g_strv_builder_end(strings);
}

static gboolean save(GstPreset *preset, const char *name)
{
    g_object_set_data(G_OBJECT(preset), APART, preset);
    gboolean ok = usual.save_preset(preset, name);
    g_object_set_data(G_OBJECT(preset), APART, NULL);
    ok = ok && usual.set_meta(preset, name, APART, "1");
    g_auto(GStrv) strings = list_strings(preset);
    for (guint i = 0; ok && strings[i]; i++) {
        g_autofree char *value = NULL;
        g_object_get(preset, strings[i], &value, NULL);
        g_autofree char *escaped = value ? g_uri_escape_string(value, NULL, FALSE) : NULL;
        ok = usual.set_meta(preset, name, strings[i], escaped);
    }
    return ok;
}

/* One that was not saved here has them as GStreamer keeps them. */
static gboolean load(GstPreset *preset, const char *name)
{
    g_autofree char *mark = NULL;
    if (!usual.load_preset(preset, name))
        return FALSE;
    const gboolean apart = usual.get_meta(preset, name, APART, &mark);
    g_auto(GStrv) strings = list_strings(preset);
    for (guint i = 0; apart && strings[i]; i++) {
        g_autofree char *escaped = NULL;
        const gboolean known = usual.get_meta(preset, name, strings[i], &escaped) && escaped;
        g_autofree char *value = known ? g_uri_unescape_string(escaped, NULL) : NULL;
        g_object_set(preset, strings[i], value, NULL);
    }
    return TRUE;
}

void presets_init(gpointer interface, gpointer data)
{
    GstPresetInterface *presets = interface;
    (void)data;
    usual = *presets;
    presets->get_property_names = list_names;
    presets->save_preset = save;
    presets->load_preset = load;
}
