/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "subject.h"

#include "analytics.h"
#include "propertyids.h"

#include <string.h>

enum {
    PROP_SUBJECT = FIRST_OF_SUBJECT,
    PROP_REGION,
    PROP_SUBJECT_STYLE,
    PROP_SUBJECT_STRENGTH,
    PROP_BACKGROUND_STYLE,
    PROP_BACKGROUND_STRENGTH,
};

static const double DEFAULT_SUBJECT_STRENGTH = 0.35;
static const double DEFAULT_BACKGROUND_STRENGTH = 1.0;

static GType kind_type(void)
{
    static gsize type;
    static const GEnumValue values[] = {
        {SUBJECT_NONE, "Nothing: one look for all of the frame", "none"},
        {SUBJECT_REGIONS, "What is in 'region' and in the regions of interest of buffers", "regions"},
        {SUBJECT_PEOPLE, "People, found by a network: see examples/get-people.sh", "people"},
        {SUBJECT_MASK, "What is white on the pad 'mask'", "mask"},
        {0, NULL, NULL},
    };
    if (g_once_init_enter(&type))
        g_once_init_leave(&type, g_enum_register_static("GstIdiomSubject", values));
    return type;
}

void subject_init(Subject *s)
{
    s->kind = SUBJECT_NONE;
    s->subject_strength = DEFAULT_SUBJECT_STRENGTH;
    s->background_strength = DEFAULT_BACKGROUND_STRENGTH;
    s->mask = s->given = (IdiomMask)IDIOM_MASK_INIT;
    s->mask.pixels = s->pixels;
    s->mask.width = s->mask.stride = SUBJECT_MASK_WIDTH;
    s->mask.height = SUBJECT_MASK_HEIGHT;
}

void subject_clear(Subject *s)
{
    g_free(s->region);
    g_free(s->subject_style);
    g_free(s->background_style);
}

static void set_string(char **string, const GValue *value)
{
    g_free(*string);
    *string = g_value_dup_string(value);
}

static gboolean parse_region(const Subject *s, Region *region, GError **error)
{
    *region = (Region){0};
    return !s->region || !*s->region || region_parse(s->region, region, error);
}

static void set_region(Subject *s, const GValue *value, GError **error)
{
    Region region;
    set_string(&s->region, value);
    if (parse_region(s, &region, error))
        s->parsed = region;
}

gboolean subject_check(const Subject *s, GError **error)
{
    Region region;
    return parse_region(s, &region, error);
}

gboolean subject_set(Subject *s, guint id, const GValue *value, GError **error)
{
    switch (id) {
    case PROP_SUBJECT:
        s->kind = (SubjectKind)g_value_get_enum(value);
        return TRUE;
    case PROP_REGION:
        set_region(s, value, error);
        return TRUE;
    case PROP_SUBJECT_STYLE:
        set_string(&s->subject_style, value);
        return TRUE;
    case PROP_SUBJECT_STRENGTH:
        s->subject_strength = g_value_get_double(value);
        return TRUE;
    case PROP_BACKGROUND_STYLE:
        set_string(&s->background_style, value);
        return TRUE;
    case PROP_BACKGROUND_STRENGTH:
        s->background_strength = g_value_get_double(value);
        return TRUE;
    default:
        return FALSE;
    }
}

gboolean subject_get(const Subject *s, guint id, GValue *value)
{
    switch (id) {
    case PROP_SUBJECT:
        g_value_set_enum(value, (gint)s->kind);
        return TRUE;
    case PROP_REGION:
        g_value_set_string(value, s->region);
        return TRUE;
    case PROP_SUBJECT_STYLE:
        g_value_set_string(value, s->subject_style);
        return TRUE;
    case PROP_SUBJECT_STRENGTH:
        g_value_set_double(value, s->subject_strength);
        return TRUE;
    case PROP_BACKGROUND_STYLE:
        g_value_set_string(value, s->background_style);
        return TRUE;
    case PROP_BACKGROUND_STRENGTH:
        g_value_set_double(value, s->background_strength);
        return TRUE;
    default:
        return FALSE;
    }
}

/* --- looks ----------------------------------------------------------------------------------------- */

static gboolean is_none(const char *style)
{
    return g_strcmp0(style, IDIOM_STYLE_NONE) == 0;
}

Looks subject_looks(const Subject *s, const char *style, const char *mix)
{
    const Looks all = {.style = style, .mix = mix, .subject = TRUE, .background = TRUE};
    if (s->kind == SUBJECT_NONE)
        return all;
    const char *default_style = style ? style : IDIOM_STYLE_DEFAULT;
    const char *outside = s->background_style ? s->background_style : default_style;
    const char *inside = s->subject_style ? s->subject_style : default_style;
    Looks looks = {.style = outside, .subject = !is_none(inside), .background = !is_none(outside)};
    if (!looks.background)
        looks.style = inside; /* the background has no share of it */
    else if (looks.subject && !g_str_equal(inside, outside))
        looks.inside = inside;
    if (g_str_equal(looks.style, default_style)) {
        looks.style = style;
        looks.mix = mix;
    }
    return looks;
}

/* --- frames ---------------------------------------------------------------------------------------- */

static void draw_regions(Subject *s, GstBuffer *buffer, const GstVideoInfo *info)
{
    gpointer state = NULL;
    GstMeta *meta;
    memset(s->pixels, 0, sizeof s->pixels);
    if (s->parsed.w > 0)
        region_draw(&s->parsed, s->pixels, SUBJECT_MASK_WIDTH, SUBJECT_MASK_HEIGHT);
    while ((meta = gst_buffer_iterate_meta_filtered(buffer, &state,
                                                    GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))) {
        const GstVideoRegionOfInterestMeta *roi = (GstVideoRegionOfInterestMeta *)meta;
        const double w = info->width, h = info->height;
        const Region region = {roi->x / w, roi->y / h, roi->w / w, roi->h / h};
        region_draw(&region, s->pixels, SUBJECT_MASK_WIDTH, SUBJECT_MASK_HEIGHT);
    }
    analytics_draw(buffer, info, s->pixels, SUBJECT_MASK_WIDTH, SUBJECT_MASK_HEIGHT);
}

void subject_describe(Subject *s, const Looks *looks, GstBuffer *buffer, const GstVideoInfo *info,
                      gboolean given, IdiomFrameParams *params)
{
    if (s->kind == SUBJECT_NONE)
        return;
    params->subject_strength = looks->subject ? s->subject_strength : 0;
    params->background_strength = looks->background ? s->background_strength : 0;
    params->people = s->kind == SUBJECT_PEOPLE;
    if (params->people)
        return;
    if (s->kind == SUBJECT_REGIONS)
        draw_regions(s, buffer, info);
    else
        memset(s->pixels, 0, sizeof s->pixels);
    params->mask = given ? &s->given : &s->mask;
}

/* --- properties ------------------------------------------------------------------------------------ */

static void install_strength(GObjectClass *klass, guint id, const char *name, const char *nick,
                             const char *blurb, double value)
{
    g_object_class_install_property(klass, id,
                                    g_param_spec_double(name, nick, blurb, 0, 1, value,
                                                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                            GST_PARAM_MUTABLE_PLAYING |
                                                            GST_PARAM_CONTROLLABLE));
}

static void install_string(GObjectClass *klass, guint id, const char *name, const char *nick,
                           const char *blurb)
{
    g_object_class_install_property(
        klass, id,
        g_param_spec_string(name, nick, blurb, NULL,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
}

void subject_install(GObjectClass *klass)
{
    /**
     * GstIdiom:subject:
     *
     * What is shown in another way than the rest of the frame, with soft edges that follow those of the picture:
     * #GstIdiom:subject-style and #GstIdiom:subject-strength are for it, #GstIdiom:background-style and
     * #GstIdiom:background-strength for the rest.
     */
    g_object_class_install_property(
        klass, PROP_SUBJECT,
        g_param_spec_enum(
            "subject", "Subject", "What is shown in another way than the rest", kind_type(), SUBJECT_NONE,
            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING | GST_PARAM_CONTROLLABLE));
    /**
     * GstIdiom:region:
     *
     * "X,Y,W,H" in percent of the frame: a rectangle that is the subject, with those of #GstVideoRegionOfInterestMeta
     * on buffers and, from GStreamer 1.26 on, the segmentations of its analytics (all regions but those with the id 0 or the
     * class "background"), if #GstIdiom:subject is regions. One that is wrong is a warning, and the old one stays.
     */
    install_string(klass, PROP_REGION, "region", "Region",
                   "\"X,Y,W,H\" in percent of the frame: the subject, if that is regions");
    /**
     * GstIdiom:subject-style:
     *
     * Style of the subject, as #GstIdiom:style; %NULL is that one. Two styles take twice the time.
     */
    install_string(klass, PROP_SUBJECT_STYLE, "subject-style", "Style of the subject",
                   "As 'style', for the subject; NULL: as 'style' says; none: the source");
    /**
     * GstIdiom:subject-strength:
     *
     * Share of #GstIdiom:strength in the subject; so little by default that faces stay faces.
     */
    install_strength(klass, PROP_SUBJECT_STRENGTH, "subject-strength", "Strength in the subject",
                     "Share of 'strength' in the subject", DEFAULT_SUBJECT_STRENGTH);
    /**
     * GstIdiom:background-style:
     *
     * Style of all that is not the subject, as #GstIdiom:style; %NULL is that one.
     */
    install_string(klass, PROP_BACKGROUND_STYLE, "background-style", "Style of the background",
                   "As 'style', for all but the subject; NULL: as 'style' says; none: the source");
    /**
     * GstIdiom:background-strength:
     *
     * Share of #GstIdiom:strength in all that is not the subject.
     */
    install_strength(klass, PROP_BACKGROUND_STRENGTH, "background-strength", "Strength in the background",
                     "Share of 'strength' in all but the subject", DEFAULT_BACKGROUND_STRENGTH);
}
