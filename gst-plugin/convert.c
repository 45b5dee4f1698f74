/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "convert.h"

/* --- what is possible ------------------------------------------------------------------------------ */

/* Memory that frames may be in, by MemoryKind, and the formats they may have there. */
static const struct {
    const char *feature, *formats, *drm_formats;
} places[MEMORY_KINDS] = {
    [MEMORY_SYSTEM] = {GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY, CONVERT_FORMATS, NULL},
    [MEMORY_VULKAN] = {VULKAN_FEATURE, VULKAN_FORMATS, NULL},
    [MEMORY_DMABUF] = {GST_CAPS_FEATURE_MEMORY_DMABUF, DMABUF_FORMATS, DMABUF_DRM_FORMATS},
};

static void set_list(GstStructure *s, const char *field, const char *values)
{
    GValue list = G_VALUE_INIT;
    g_value_init(&list, GST_TYPE_LIST);
    gst_value_deserialize(&list, values);
    gst_structure_take_value(s, field, &list);
}

/* Frames of the kind of @s in that place. */
static GstCaps *add_place(GstCaps *caps, const GstStructure *s, guint place)
{
    GstStructure *other = gst_structure_copy(s);
    gst_structure_remove_fields(other, "colorimetry", "chroma-site", "drm-format", NULL);
    set_list(other, "format", places[place].formats);
    if (places[place].drm_formats)
        set_list(other, "drm-format", places[place].drm_formats);
    return gst_caps_merge_structure_full(caps, other, gst_caps_features_new(places[place].feature, NULL));
}

static gboolean is_in(const GstCaps *caps, guint index, guint place)
{
    return gst_caps_features_contains(gst_caps_get_features(caps, index), places[place].feature);
}

GstCaps *convert_transform(GstCaps *caps, GstCaps *filter, guint memory)
{
    GstCaps *result = gst_caps_new_empty();
    for (guint i = 0; i < gst_caps_get_size(caps); i++)
        for (guint p = 0; p < MEMORY_KINDS; p++)
            if (memory >> p & 1 && is_in(caps, i, p))
                gst_caps_append(result, gst_caps_copy_nth(caps, i));
    for (guint elsewhere = 0; elsewhere < 2; elsewhere++)
        for (guint i = 0; i < gst_caps_get_size(caps); i++)
            for (guint p = 0; p < MEMORY_KINDS; p++)
                if (memory >> p & 1 && is_in(caps, i, p) == !elsewhere)
                    result = add_place(result, gst_caps_get_structure(caps, i), p);
    if (!filter)
        return result;
    GstCaps *filtered = gst_caps_intersect_full(filter, result, GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref(result);
    return filtered;
}

/* --- what is chosen -------------------------------------------------------------------------------- */

/* What is lost, and then what it costs, to show @from as @to. */
static guint loss(const GstVideoFormatInfo *from, const GstVideoFormatInfo *to)
{
    guint sum = from->format != to->format;
    if (GST_VIDEO_FORMAT_INFO_IS_GRAY(to) && !GST_VIDEO_FORMAT_INFO_IS_GRAY(from))
        sum += 10000;
    if (GST_VIDEO_FORMAT_INFO_HAS_ALPHA(from) && !GST_VIDEO_FORMAT_INFO_HAS_ALPHA(to))
        sum += 1000;
    if (from->depth[0] > to->depth[0])
        sum += 300;
    for (guint c = 1; c < 3 && c < to->n_components && c < from->n_components; c++) {
        sum += to->w_sub[c] > from->w_sub[c] ? 50 : to->w_sub[c] < from->w_sub[c] ? 3 : 0;
        sum += to->h_sub[c] > from->h_sub[c] ? 50 : to->h_sub[c] < from->h_sub[c] ? 3 : 0;
    }
    sum += GST_VIDEO_FORMAT_INFO_IS_RGB(from) != GST_VIDEO_FORMAT_INFO_IS_RGB(to) ? 20 : 0;
    sum += from->depth[0] < to->depth[0] ? 10 : 0;
    sum += GST_VIDEO_FORMAT_INFO_HAS_ALPHA(to) && !GST_VIDEO_FORMAT_INFO_HAS_ALPHA(from) ? 5 : 0;
    return sum + (from->n_planes != to->n_planes ? 2 : 0);
}

/* @drm: it is named as DRM does, which of what we have is linear. */
static GstVideoFormat parse_format(const char *name, gboolean drm)
{
#if GST_CHECK_VERSION(1, 24, 0)
    guint64 modifier;
    if (drm)
        return gst_video_dma_drm_fourcc_to_format(gst_video_dma_drm_fourcc_from_string(name, &modifier));
#else
    (void)drm;
#endif
    return gst_video_format_from_string(name);
}

/* The format of frames of @s, or a list of them; @drm: named so */
static const GValue *formats_of(const GstStructure *s, gboolean *drm)
{
    *drm = gst_structure_has_field(s, "drm-format");
    return gst_structure_get_value(s, *drm ? "drm-format" : "format");
}

/* The nearest to @from of those in @value, a format or a list of them, if it is nearer than @least. */
static GstVideoFormat nearest(const GstVideoFormatInfo *from, const GValue *value, gboolean drm, guint *least)
{
    GstVideoFormat best = GST_VIDEO_FORMAT_UNKNOWN;
    const gboolean list = GST_VALUE_HOLDS_LIST(value);
    const guint count = list ? gst_value_list_get_size(value) : 1;
    for (guint i = 0; i < count; i++) {
        const GValue *name = list ? gst_value_list_get_value(value, i) : value;
        const GstVideoFormat format =
            G_VALUE_HOLDS_STRING(name) ? parse_format(g_value_get_string(name), drm) : 0;
        if (format <= GST_VIDEO_FORMAT_ENCODED)
            continue;
        const guint l = loss(from, gst_video_format_get_info(format));
        if (l < *least) {
            *least = l;
            best = format;
        }
    }
    return best;
}

/* Range and matrix as the format needs them, or else as they were; the light itself is not converted. */
static void describe_colours(GstStructure *s, const GstVideoInfo *in, const GstVideoInfo *out)
{
    GstVideoColorimetry colours = in->colorimetry;
    const gboolean same_family = GST_VIDEO_INFO_IS_YUV(in) && GST_VIDEO_INFO_IS_YUV(out);
    if (!same_family) {
        colours.matrix = out->colorimetry.matrix;
        colours.range = out->colorimetry.range;
    }
    g_autofree char *text = gst_video_colorimetry_to_string(&colours);
    if (!gst_structure_has_field(s, "colorimetry") && text)
        gst_structure_set(s, "colorimetry", G_TYPE_STRING, text, NULL);
    else if (text)
        gst_structure_fixate_field_string(s, "colorimetry", text);
    if (same_family && out->finfo->w_sub[1] == in->finfo->w_sub[1] &&
        out->finfo->h_sub[1] == in->finfo->h_sub[1] && in->chroma_site != GST_VIDEO_CHROMA_SITE_UNKNOWN) {
        g_autofree char *site = gst_video_chroma_site_to_string(in->chroma_site);
        if (!gst_structure_has_field(s, "chroma-site"))
            gst_structure_set(s, "chroma-site", G_TYPE_STRING, site, NULL);
        else
            gst_structure_fixate_field_string(s, "chroma-site", site);
    }
}

static void set_format(GstStructure *s, GstVideoFormat format)
{
#if GST_CHECK_VERSION(1, 24, 0)
    if (gst_structure_has_field(s, "drm-format")) {
        g_autofree char *name =
            gst_video_dma_drm_fourcc_to_string(gst_video_dma_drm_fourcc_from_format(format), 0 /* linear */);
        gst_structure_set(s, "drm-format", G_TYPE_STRING, name, NULL);
        return;
    }
#endif
    gst_structure_set(s, "format", G_TYPE_STRING, gst_video_format_to_string(format), NULL);
}

GstCaps *convert_fixate(GstCaps *caps, GstCaps *choice)
{
    GstVideoInfo in, out;
    guint least = G_MAXUINT, index = 0;
    GstVideoFormat best = GST_VIDEO_FORMAT_UNKNOWN;
    GstCaps *same = gst_caps_intersect(choice, caps);
    if (!gst_caps_is_empty(same))
        return gst_caps_fixate(same);
    gst_caps_unref(same);
    if (!memory_info_from_caps(&in, caps))
        return gst_caps_fixate(gst_caps_ref(choice));
    for (guint i = 0; i < gst_caps_get_size(choice); i++) {
        gboolean drm;
        const GValue *value = formats_of(gst_caps_get_structure(choice, i), &drm);
        const GstVideoFormat format =
            value ? nearest(in.finfo, value, drm, &least) : GST_VIDEO_FORMAT_UNKNOWN;
        if (format != GST_VIDEO_FORMAT_UNKNOWN)
            best = format, index = i;
    }
    GstCaps *result = gst_caps_copy_nth(choice, index);
    GstStructure *s = gst_caps_get_structure(result, 0);
    if (best != GST_VIDEO_FORMAT_UNKNOWN &&
        gst_video_info_set_format(&out, best, (guint)in.width, (guint)in.height)) {
        set_format(s, best);
        describe_colours(s, &in, &out);
    }
    return gst_caps_fixate(result);
}
