/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "settings.h"

#include <idiom/style.h>

static const double DEFAULT_STRENGTH = 1.0;
static const double DEFAULT_TEMPORAL = 1.0;
static const double DEFAULT_STATISTICS = 0.0;
static const double DEFAULT_COLOUR = 1.0;
static const double DEFAULT_STROKE_SIZE = 1.0;
static const char DEFAULT_QUALITY[] = "auto";
static const guint64 DEFAULT_STYLE_FADE = 500 * GST_MSECOND;
static const guint MAX_FRAMES_IN_FLIGHT = 8;

static GType still_get_type(void)
{
    static const GEnumValue values[] = {{STILL_AUTO, "On live sources", "auto"},
                                        {STILL_ON, "Always", "on"},
                                        {STILL_OFF, "Never", "off"},
                                        {0, NULL, NULL}};
    static GType type;
    if (g_once_init_enter(&type))
        g_once_init_leave(&type, g_enum_register_static("GstIdiomStill", values));
    return type;
}

void settings_init(Settings *settings)
{
    *settings = (Settings){.strength = DEFAULT_STRENGTH,
                           .temporal = DEFAULT_TEMPORAL,
                           .statistics = DEFAULT_STATISTICS,
                           .colour = DEFAULT_COLOUR,
                           .stroke_size = DEFAULT_STROKE_SIZE,
                           .quality = g_strdup(DEFAULT_QUALITY),
                           .style_fade = DEFAULT_STYLE_FADE};
}

void settings_clear(Settings *settings)
{
    g_free(settings->style);
    g_free(settings->mix);
    g_free(settings->quality);
    g_free(settings->device);
}

/* Returns whether @string became another one. */
static gboolean change_string(char **string, const GValue *value)
{
    if (g_strcmp0(*string, g_value_get_string(value)) == 0)
        return FALSE;
    g_free(*string);
    *string = g_value_dup_string(value);
    return TRUE;
}

gboolean settings_set(Settings *settings, guint id, const GValue *value)
{
    switch (id) {
    case PROP_STYLE:
        change_string(&settings->style, value);
        return TRUE;
    case PROP_MIX:
        settings->mix_changed |= change_string(&settings->mix, value);
        return TRUE;
    case PROP_STYLE_FADE:
        settings->style_fade = g_value_get_uint64(value);
        return TRUE;
    case PROP_STRENGTH:
        settings->strength = g_value_get_double(value);
        return TRUE;
    case PROP_TEMPORAL:
        settings->temporal = g_value_get_double(value);
        return TRUE;
    case PROP_STATISTICS:
        settings->statistics = g_value_get_double(value);
        return TRUE;
    case PROP_COLOUR:
        settings->colour = g_value_get_double(value);
        return TRUE;
    case PROP_STROKE_SIZE:
        settings->stroke_size = g_value_get_double(value);
        return TRUE;
    case PROP_QUALITY:
        change_string(&settings->quality, value);
        return TRUE;
    case PROP_STILL:
        settings->still = (Still)g_value_get_enum(value);
        return TRUE;
    case PROP_FRAMES_IN_FLIGHT:
        settings->frames_in_flight = g_value_get_uint(value);
        return TRUE;
    case PROP_DEVICE:
        change_string(&settings->device, value);
        return TRUE;
    default:
        return FALSE;
    }
}

gboolean settings_get(const Settings *settings, guint id, GValue *value)
{
    switch (id) {
    case PROP_STYLE:
        g_value_set_string(value, settings->style);
        return TRUE;
    case PROP_MIX:
        g_value_set_string(value, settings->mix);
        return TRUE;
    case PROP_STYLE_FADE:
        g_value_set_uint64(value, settings->style_fade);
        return TRUE;
    case PROP_STRENGTH:
        g_value_set_double(value, settings->strength);
        return TRUE;
    case PROP_TEMPORAL:
        g_value_set_double(value, settings->temporal);
        return TRUE;
    case PROP_STATISTICS:
        g_value_set_double(value, settings->statistics);
        return TRUE;
    case PROP_COLOUR:
        g_value_set_double(value, settings->colour);
        return TRUE;
    case PROP_STROKE_SIZE:
        g_value_set_double(value, settings->stroke_size);
        return TRUE;
    case PROP_QUALITY:
        g_value_set_string(value, settings->quality);
        return TRUE;
    case PROP_STILL:
        g_value_set_enum(value, settings->still);
        return TRUE;
    case PROP_FRAMES_IN_FLIGHT:
        g_value_set_uint(value, settings->frames_in_flight);
        return TRUE;
    case PROP_DEVICE:
        g_value_set_string(value, settings->device);
        return TRUE;
    default:
        return FALSE;
    }
}

void settings_install(GObjectClass *klass)
{
    const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
    const GParamFlags playing = flags | GST_PARAM_MUTABLE_PLAYING;
    const GParamFlags controllable = playing | GST_PARAM_CONTROLLABLE;

    /**
     * GstIdiom:style:
     *
     * Style file, or the name of one in `IDIOM_STYLE_PATH` or the installed styles. %NULL is starry-night; `none` is the
     * source as it is.
     * When it changes while PLAYING the new style is made ready while frames go on; then the old one fades into it, see
     * #GstIdiom:style-fade. One that cannot be used is a warning on the bus then, and the old one stays; at the start it
     * is an error.
     */
    g_object_class_install_property(
        klass, PROP_STYLE,
        g_param_spec_string(
            "style", "Style",
            "Path of a style file, or name of one in IDIOM_STYLE_PATH or the installed styles; "
            "NULL: " IDIOM_STYLE_DEFAULT "; " IDIOM_STYLE_NONE ": the source as it is",
            NULL, playing));
    /**
     * GstIdiom:mix:
     *
     * How much of each style of the file is shown: "NAME:WEIGHT,NAME:WEIGHT", names as `idiom-train info` shows them,
     * weights of 0 or more; only their ratios count. %NULL is the first style of the file. May change while PLAYING;
     * then a name that the file does not have is a warning on the bus and changes nothing, otherwise an error.
     */
    g_object_class_install_property(
        klass, PROP_MIX,
        g_param_spec_string(
            "mix", "Mix",
            "Weights of the styles in the file, \"NAME:WEIGHT,NAME:WEIGHT\"; NULL: the first one", NULL,
            playing));
    /**
     * GstIdiom:style-fade:
     *
     * When #GstIdiom:style changes while PLAYING, the old style fades into the new one for so long, in nanoseconds of
     * stream time. 0 changes at once.
     */
    g_object_class_install_property(
        klass, PROP_STYLE_FADE,
        g_param_spec_uint64("style-fade", "Style fade",
                            "Nanoseconds of stream time in which one style fades into the next; 0: at once",
                            0, G_MAXUINT64, DEFAULT_STYLE_FADE, playing));
    /**
     * GstIdiom:strength:
     *
     * Share of the style in the picture: 1 is the style alone, 0.5 half source and half style, at 0 buffers
     * pass untouched.
     */
    g_object_class_install_property(
        klass, PROP_STRENGTH,
        g_param_spec_double(
            "strength", "Strength",
            "Share of the style in the picture; 1: the style alone, 0: buffers pass untouched", 0, 1,
            DEFAULT_STRENGTH, controllable));
    /**
     * GstIdiom:temporal:
     *
     * Smoothing over time, against flicker: how much of what the scene still shows is taken from the frame before. At 0
     * each frame is stylized by itself, and the noise that some styles paint flat areas from does not move with the scene.
     */
    g_object_class_install_property(
        klass, PROP_TEMPORAL,
        g_param_spec_double("temporal", "Temporal smoothing",
                            "Smoothing over time, against flicker; 0: each frame by itself", 0, 1,
                            DEFAULT_TEMPORAL, controllable));
    /**
     * GstIdiom:scene-statistics:
     *
     * What comes into a picture or leaves it changes the style of all the rest a little, because a style sees each frame
     * by its mean and contrast. This is the share of the scene's running values in those of a frame: at 0 each frame has
     * its own, at 1 the whole scene those of its first. A cut starts anew.
     */
    g_object_class_install_property(
        klass, PROP_STATISTICS,
        g_param_spec_double("scene-statistics", "Statistics of the scene",
                            "Share of the scene's running statistics in those of each frame; 0: its own", 0,
                            1, DEFAULT_STATISTICS, controllable));
    /**
     * GstIdiom:colour:
     *
     * How much of the style's colour is taken: at 0 the picture has the strokes of the style and the colours of the
     * source.
     */
    g_object_class_install_property(
        klass, PROP_COLOUR,
        g_param_spec_double("colour", "Colour",
                            "How much of the style's colour is taken; 0: the colours of the source", 0, 1,
                            DEFAULT_COLOUR, controllable));
    /**
     * GstIdiom:stroke-size:
     *
     * Size of the strokes in proportion to the frame: 1 as in a frame of 640 pixels, which styles are trained for, so
     * that a picture looks the same at any size; 2 twice as large. The style works on a picture of that size, and detail
     * comes back along the edges of the source: large frames take hardly longer than small ones.
     */
    g_object_class_install_property(
        klass, PROP_STROKE_SIZE,
        g_param_spec_double("stroke-size", "Stroke size",
                            "Size of the strokes in proportion to the frame; 1: as the style was trained",
                            0.1, 10, DEFAULT_STROKE_SIZE, playing));
    /**
     * GstIdiom:quality:
     *
     * In what size the style runs: `full`, as #GstIdiom:stroke-size says; a number from 0.25 to 1: with sides shorter by so
     * much, which costs less and makes larger strokes; or `auto`: on live sources, as large as the device can do at their
     * frame rate, otherwise `full`. Detail comes back along the edges of the source in any case. Another size is made ready
     * while frames go on; `auto` changes rarely. #GstIdiom:stats tells the quality of now.
     */
    g_object_class_install_property(
        klass, PROP_QUALITY,
        g_param_spec_string(
            "quality", "Quality",
            "Inner size of the style: full, 0.25 to 1, or auto: full, or what a live source allows",
            DEFAULT_QUALITY, playing));
    /**
     * GstIdiom:still:
     *
     * Whether parts of the picture in which nothing changes but noise keep what was painted there: much less work where
     * somebody sits before a camera that does not move, or shows slides. All is painted again after a cut, and each part
     * within half a second. With #GstIdiom:temporal above 0, on CPUs; GPUs paint everything. `auto`: on live sources.
     */
    g_object_class_install_property(
        klass, PROP_STILL,
        g_param_spec_enum("still", "Still",
                          "Whether parts of the picture that do not change keep what was painted there",
                          still_get_type(), STILL_AUTO, playing));
    /**
     * GstIdiom:frames-in-flight:
     *
     * Frames that the device may work on at a time. With more than one a GPU need not wait for the CPU between two
     * frames; the element's latency is then one frame less than this, and a frame is never held for longer than that,
     * also if no other follows. 0 is what suits the device: 3 on GPUs, 1 on CPUs.
     */
    g_object_class_install_property(
        klass, PROP_FRAMES_IN_FLIGHT,
        g_param_spec_uint("frames-in-flight", "Frames in flight",
                          "Frames that the device may work on at a time; 0: what suits the device", 0,
                          MAX_FRAMES_IN_FLIGHT, 0, flags | GST_PARAM_MUTABLE_READY));
    /**
     * GstIdiom:device:
     *
     * Vulkan device: its number, or a part of its name in any case. %NULL is what the environment variable
     * `IDIOM_DEVICE` says, or else the first discrete, integrated, virtual or CPU device, in this order.
     * Elements with the same device share it. What is set after the start counts from the next one on.
     */
    g_object_class_install_property(
        klass, PROP_DEVICE,
        g_param_spec_string(
            "device", "Device",
            "Number of a Vulkan device, or a part of its name; NULL: IDIOM_DEVICE, or else the best", NULL,
            flags | GST_PARAM_MUTABLE_READY));
}
