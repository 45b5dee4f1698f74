/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "speech.h"

#include "messages.h"
#include "propertyids.h"
#include "speaker.h"

#include <idiom/style.h>
#include <string.h>

enum {
    CAPTION = FIRST_OF_SPEECH,
    CAPTION_POSITION,
    CAPTION_SIZE,
    BUBBLE,
    BUBBLE_ANCHOR,
    BUBBLE_KIND,
    BUBBLE_SIZE,
    EMOJI,
    EMOJI_PLACE,
    EMOJI_SIZE,
    STAGE,
    BACKGROUND,
    LINE,
    TONES,
};

typedef enum { STAGE_AFTER, STAGE_BEFORE } ExpressionStage;
typedef enum { BACKGROUND_VIDEO, BACKGROUND_TRANSPARENT } Background;

struct Speech {
    GstElement *element;

    GMutex lock; /* of this part */
    Words words;
    ExpressionStage stage;
    Background background;
    double line, tones;
    char *style;
    gboolean new_words, new_style;

    /* of the streaming thread */
    Speaker *speaker;
    IdiomExpression expression;
    IdiomPalette palette;
    double last_time;
};

/* --- life ------------------------------------------------------------------------------------------ */

static void warn(const char *what, gpointer element)
{
    g_autoptr(GError) error = g_error_new_literal(GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS, what);
    messages_post_warning(element, error);
}

Speech *speech_new(GstElement *element)
{
    Speech *s = g_new0(Speech, 1);
    s->element = element;
    g_mutex_init(&s->lock);
    words_init(&s->words);
    s->speaker = speaker_new((Listener){warn, element});
    s->new_style = TRUE;
    return s;
}

void speech_free(Speech *s)
{
    speaker_free(s->speaker);
    words_clear(&s->words);
    g_free(s->style);
    g_mutex_clear(&s->lock);
    g_free(s);
}

/* --- properties ------------------------------------------------------------------------------------ */

static void take_string(char **to, const GValue *value)
{
    g_free(*to);
    *to = g_value_dup_string(value);
}

gboolean speech_set(Speech *s, guint id, const GValue *value)
{
    Words *w = &s->words;
    gboolean known = TRUE;
    g_mutex_lock(&s->lock);
    switch (id) {
    case CAPTION:
        take_string(&w->caption, value);
        break;
    case CAPTION_POSITION:
        w->caption_position = (CaptionPosition)g_value_get_enum(value);
        break;
    case CAPTION_SIZE:
        w->caption_size = g_value_get_double(value);
        break;
    case BUBBLE:
        take_string(&w->bubble, value);
        break;
    case BUBBLE_ANCHOR:
        take_string(&w->bubble_anchor, value);
        break;
    case BUBBLE_KIND:
        w->bubble_kind = (BubbleKind)g_value_get_enum(value);
        break;
    case BUBBLE_SIZE:
        w->bubble_size = g_value_get_double(value);
        break;
    case EMOJI:
        take_string(&w->emoji, value);
        break;
    case EMOJI_PLACE:
        take_string(&w->emoji_place, value);
        break;
    case EMOJI_SIZE:
        w->emoji_size = g_value_get_double(value);
        break;
    case STAGE:
        s->stage = (ExpressionStage)g_value_get_enum(value);
        break;
    case BACKGROUND:
        s->background = (Background)g_value_get_enum(value);
        break;
    case LINE:
        s->line = g_value_get_double(value);
        break;
    case TONES:
        s->tones = g_value_get_double(value);
        break;
    default:
        known = FALSE;
    }
    s->new_words |= known;
    g_mutex_unlock(&s->lock);
    return known;
}

gboolean speech_get(Speech *s, guint id, GValue *value)
{
    const Words *w = &s->words;
    gboolean known = TRUE;
    g_mutex_lock(&s->lock);
    switch (id) {
    case CAPTION:
        g_value_set_string(value, w->caption);
        break;
    case CAPTION_POSITION:
        g_value_set_enum(value, w->caption_position);
        break;
    case CAPTION_SIZE:
        g_value_set_double(value, w->caption_size);
        break;
    case BUBBLE:
        g_value_set_string(value, w->bubble);
        break;
    case BUBBLE_ANCHOR:
        g_value_set_string(value, w->bubble_anchor);
        break;
    case BUBBLE_KIND:
        g_value_set_enum(value, w->bubble_kind);
        break;
    case BUBBLE_SIZE:
        g_value_set_double(value, w->bubble_size);
        break;
    case EMOJI:
        g_value_set_string(value, w->emoji);
        break;
    case EMOJI_PLACE:
        g_value_set_string(value, w->emoji_place);
        break;
    case EMOJI_SIZE:
        g_value_set_double(value, w->emoji_size);
        break;
    case STAGE:
        g_value_set_enum(value, s->stage);
        break;
    case BACKGROUND:
        g_value_set_enum(value, s->background);
        break;
    case LINE:
        g_value_set_double(value, s->line);
        break;
    case TONES:
        g_value_set_double(value, s->tones);
        break;
    default:
        known = FALSE;
    }
    g_mutex_unlock(&s->lock);
    return known;
}

static GType enum_type(gsize *type, const char *name, const GEnumValue *values)
{
    if (g_once_init_enter(type))
        g_once_init_leave(type, g_enum_register_static(name, values));
    return *type;
}

static GType position_type(void)
{
    static gsize type;
    static const GEnumValue values[] = {{CAPTION_BOTTOM, "At the bottom", "bottom"},
                                        {CAPTION_TOP, "At the top", "top"},
                                        {CAPTION_MIDDLE, "In the middle", "middle"},
                                        {0, NULL, NULL}};
    return enum_type(&type, "GstIdiomCaptionPosition", values);
}

static GType kind_type(void)
{
    static gsize type;
    static const GEnumValue values[] = {{BUBBLE_SPEECH, "Said", "speech"},
                                        {BUBBLE_THOUGHT, "Thought", "thought"},
                                        {BUBBLE_SHOUT, "Shouted", "shout"},
                                        {0, NULL, NULL}};
    return enum_type(&type, "GstIdiomBubbleKind", values);
}

static GType stage_type(void)
{
    static gsize type;
    static const GEnumValue values[] = {{STAGE_AFTER, "Over what the style paints", "after"},
                                        {STAGE_BEFORE, "Under it: the style paints them", "before"},
                                        {0, NULL, NULL}};
    return enum_type(&type, "GstIdiomExpressionStage", values);
}

static GType background_type(void)
{
    static gsize type;
    static const GEnumValue values[] = {
        {BACKGROUND_VIDEO, "The video", "video"},
        {BACKGROUND_TRANSPARENT, "Nothing: the expression alone, with alpha", "transparent"},
        {0, NULL, NULL}};
    return enum_type(&type, "GstIdiomBackground", values);
}

static void install_looks(GObjectClass *klass)
{
    const GParamFlags controllable =
        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING | GST_PARAM_CONTROLLABLE;
    /**
     * GstIdiom:line:
     *
     * How much the contours of the source are drawn in the style's ink over what is shown; also with the style `none`.
     */
    g_object_class_install_property(klass, LINE,
                                    g_param_spec_double("line", "Line",
                                                        "Contours drawn in the style's ink; 0: none", 0, 1, 0,
                                                        controllable));
    /**
     * GstIdiom:tones:
     *
     * How much the tones are drawn to those few that the style's pictures are made of, softly; with the style `none` to five
     * levels of light.
     */
    g_object_class_install_property(klass, TONES,
                                    g_param_spec_double("tones", "Tones",
                                                        "Reduction to the style's few tones; 0: none", 0, 1,
                                                        0, controllable));
}

void speech_install(GObjectClass *klass)
{
    const GParamFlags playing = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;
    const GParamFlags controllable = playing | GST_PARAM_CONTROLLABLE;
    /**
     * GstIdiom:caption:
     *
     * Text in a box, with Pango's markup (`<b>`, `<i>`, `<span foreground="...">` and so on; `&lt;` for a less-than sign).
     * Any script; emoji in colour. Box and letters have the colours and the hand of the style; the contrast to what is
     * behind them is at least 4.5:1, measured on the frames. Text from the pad `text` comes in its place.
     */
    g_object_class_install_property(
        klass, CAPTION,
        g_param_spec_string("caption", "Caption", "Text in a box (Pango markup); NULL: none", NULL, playing));
    /**
     * GstIdiom:caption-position:
     *
     * Where captions are.
     */
    g_object_class_install_property(klass, CAPTION_POSITION,
                                    g_param_spec_enum("caption-position", "Position of the caption",
                                                      "Where captions are", position_type(), CAPTION_BOTTOM,
                                                      controllable));
    /**
     * GstIdiom:caption-size:
     *
     * Size of the letters in percent of the frame's height; less where a text would not fit.
     */
    g_object_class_install_property(klass, CAPTION_SIZE,
                                    g_param_spec_double("caption-size", "Size of the caption",
                                                        "Of its letters, in percent of the height", 1, 30, 6,
                                                        controllable));
    /**
     * GstIdiom:bubble:
     *
     * What somebody in the picture says, with Pango's markup; several are separated by `||`, up to four.
     */
    g_object_class_install_property(
        klass, BUBBLE,
        g_param_spec_string("bubble", "Bubble",
                            "What somebody in the picture says (Pango markup); several are "
                            "separated by ||; NULL: none",
                            NULL, playing));
    /**
     * GstIdiom:bubble-anchor:
     *
     * Whom a bubble belongs to: `auto` (a #GstVideoRegionOfInterestMeta if there is one, the largest first, as `facedetect`
     * and other detectors attach them; otherwise a place in the middle), `X,Y` (a point of the scene, in shares of the frame
     * from 0,0 to 1,1), the type of a region such as `face`, or `id:N`. For several bubbles separated by `;`. What a bubble
     * belongs to is followed as the scene moves, also between two detections.
     */
    g_object_class_install_property(
        klass, BUBBLE_ANCHOR,
        g_param_spec_string("bubble-anchor", "Anchor of the bubble",
                            "auto, X,Y from 0,0 to 1,1, the type of a region of interest, or "
                            "id:N; several are separated by ;",
                            NULL, playing));
    /**
     * GstIdiom:bubble-kind:
     *
     * How bubbles are drawn.
     */
    g_object_class_install_property(klass, BUBBLE_KIND,
                                    g_param_spec_enum("bubble-kind", "Kind of the bubble",
                                                      "How bubbles are drawn", kind_type(), BUBBLE_SPEECH,
                                                      controllable));
    /**
     * GstIdiom:bubble-size:
     *
     * Size of the letters in bubbles, in percent of the frame's height.
     */
    g_object_class_install_property(klass, BUBBLE_SIZE,
                                    g_param_spec_double("bubble-size", "Size of the bubble",
                                                        "Of its letters, in percent of the height", 1, 30, 5,
                                                        controllable));
    /**
     * GstIdiom:emoji:
     *
     * Emoji, their names (`heart`, `party`, ...), or a PNG or SVG file.
     */
    g_object_class_install_property(
        klass, EMOJI,
        g_param_spec_string("emoji", "Emoji", "Emoji, names of emoji, or a PNG or SVG file; NULL: none", NULL,
                            playing));
    /**
     * GstIdiom:emoji-place:
     *
     * Where they are: `top-left`, `top`, `top-right` (%NULL is that), `left`, `middle`, `right`, `bottom-left`, `bottom`,
     * `bottom-right`; `rain`: they fall over the whole frame; or an anchor as #GstIdiom:bubble-anchor has it: they are above
     * a region, or on a point.
     */
    g_object_class_install_property(klass, EMOJI_PLACE,
                                    g_param_spec_string("emoji-place", "Place of the emoji",
                                                        "top-left, top, ..., rain, or an anchor", NULL,
                                                        playing));
    /**
     * GstIdiom:emoji-size:
     *
     * In percent of the frame's height.
     */
    g_object_class_install_property(klass, EMOJI_SIZE,
                                    g_param_spec_double("emoji-size", "Size of the emoji",
                                                        "In percent of the height", 1, 100, 14,
                                                        controllable));
    /**
     * GstIdiom:expression-stage:
     *
     * Whether captions, bubbles and emoji lie crisp over what the style paints, or are painted by it.
     */
    g_object_class_install_property(
        klass, STAGE,
        g_param_spec_enum("expression-stage", "Stage of the expression",
                          "Whether captions and the like lie over the painting, or are painted", stage_type(),
                          STAGE_AFTER, controllable));
    /**
     * GstIdiom:background:
     *
     * `transparent`: captions, bubbles and emoji alone are the output, with alpha, for formats that have it; to be put over
     * something else by a `compositor`.
     */
    g_object_class_install_property(klass, BACKGROUND,
                                    g_param_spec_enum("background", "Background",
                                                      "What is behind captions and the like",
                                                      background_type(), BACKGROUND_VIDEO, playing));
    install_looks(klass);
}

/* --- frames ---------------------------------------------------------------------------------------- */

void speech_set_style(Speech *s, const char *style)
{
    g_mutex_lock(&s->lock);
    g_free(s->style);
    s->style = g_strdup(style);
    s->new_style = TRUE;
    g_mutex_unlock(&s->lock);
}

void speech_forget(Speech *s)
{
    speaker_forget(s->speaker);
}

void speech_set_text(Speech *s, const char *text, gboolean markup)
{
    speaker_set_text(s->speaker, text, markup);
}

static void fill_colour(float *to, Colour c)
{
    to[0] = (float)c.r;
    to[1] = (float)c.g;
    to[2] = (float)c.b;
}

static void fill_palette(IdiomPalette *palette, const Hand *hand)
{
    fill_colour(palette->ink, hand->ink);
    palette->n_colours = hand->n_palette;
    for (guint i = 0; i < hand->n_palette; i++)
        fill_colour(palette->colours[i], hand->palette[i]);
}

/* The hand of @style; one that has none, or does not exist, has an ordinary one. */
static void take_hand(Speech *s, const char *style)
{
    g_autoptr(GError) error = NULL;
    g_auto(Hand) hand = {0};
    g_autofree char *path = idiom_style_find(style, NULL);
    g_autoptr(IdiomStyle) file = path ? idiom_style_load(path, NULL) : NULL;
    hand_init(&hand);
    if (file && !hand_read(&hand, g_hash_table_lookup(idiom_style_metadata(file), "expression"), &error)) {
        g_prefix_error(&error, "%s: ", path);
        messages_post_warning(s->element, error);
    }
    speaker_set_hand(s->speaker, &hand);
    fill_palette(&s->palette, &hand);
}

/* What has been set since the last frame. Returns whether there is anything to be said. */
static gboolean update(Speech *s, IdiomFrameParams *params)
{
    g_autofree char *style = NULL;
    g_mutex_lock(&s->lock);
    if (s->new_words)
        speaker_set_words(s->speaker, &s->words);
    s->new_words = FALSE;
    s->expression.before = s->stage == STAGE_BEFORE;
    s->expression.alone = s->background == BACKGROUND_TRANSPARENT;
    params->line = s->line;
    params->tones = s->tones;
    const gboolean speaks = speaker_speaks(s->speaker), draws = params->line > 0 || params->tones > 0;
    const gboolean new_style = s->new_style && (speaks || draws);
    if (new_style)
        style = g_strdup(s->style);
    s->new_style = s->new_style && !new_style;
    g_mutex_unlock(&s->lock);
    if (new_style)
        take_hand(s, style);
    params->palette = &s->palette;
    return speaks || s->expression.alone;
}

static void find_regions(GstBuffer *buffer, Stage *stage)
{
    gpointer state = NULL;
    GstMeta *meta;
    while (stage->n_regions < STAGE_MAX_REGIONS &&
           (meta = gst_buffer_iterate_meta_filtered(buffer, &state,
                                                    GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))) {
        const GstVideoRegionOfInterestMeta *roi = (GstVideoRegionOfInterestMeta *)meta;
        stage->regions[stage->n_regions++] = (Region){.type = g_quark_to_string(roi->roi_type),
                                                      .id = roi->id,
                                                      .x = roi->x,
                                                      .y = roi->y,
                                                      .width = roi->w,
                                                      .height = roi->h};
    }
}

void speech_frame(Speech *s, GstBuffer *buffer, const GstVideoInfo *info, GstClockTime time,
                  IdiomFrameParams *params)
{
    s->expression = (IdiomExpression)IDIOM_EXPRESSION_INIT;
    params->expression = NULL;
    if (!update(s, params))
        return;
    const double step = params->duration > 0 ? (double)params->duration / GST_SECOND : 0.04;
    Stage stage = {.width = (guint)info->width,
                   .height = (guint)info->height,
                   .time = GST_CLOCK_TIME_IS_VALID(time) ? (double)time / GST_SECOND : s->last_time + step,
                   .step = step};
    s->last_time = stage.time;
    find_regions(buffer, &stage);
    speaker_frame(s->speaker, &stage, &s->expression);
    params->expression = &s->expression;
}

void speech_learn(Speech *s, const IdiomRenderer *renderer)
{
    IdiomObservation seen = IDIOM_OBSERVATION_INIT;
    idiom_renderer_observe(renderer, &seen);
    if (seen.n_lights || seen.n_moves)
        speaker_learn(s->speaker, &seen);
}
