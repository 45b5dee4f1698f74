/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "data/caption.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#define MIN_FONT 18.0 /* pixels per em: an x-height of about 10 */
#define MAX_ELEMENTS 3
#define PLACE_TRIES 12

/* --- fonts ---------------------------------------------------------------------------------------- */

typedef enum { LATIN, CHINESE, JAPANESE, EMOJI, N_SCRIPTS } Script;

/* Names of the families that have a script's characters, sorted, so that they do not depend on the order of a cache. */
typedef struct {
    GPtrArray *families[N_SCRIPTS];
} Fonts;

/* A family that has these has the script. */
static const char *const script_samples[N_SCRIPTS] = {"AQagyz0189.,!?'", "说话请的", "あのアン話", "😀"};

static gboolean covers(PangoFont *font, const char *sample)
{
    PangoCoverage *coverage = pango_font_get_coverage(font, pango_language_get_default());
    gboolean all = TRUE;
    for (const char *p = sample; *p; p = g_utf8_next_char(p))
        all = all && pango_coverage_get(coverage, (int)g_utf8_get_char(p)) == PANGO_COVERAGE_EXACT;
    g_object_unref(coverage);
    return all;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Whether @family has each script. */
static void find_scripts(PangoFontMap *map, PangoContext *context, const char *family,
                         gboolean has[N_SCRIPTS])
{
    PangoFontDescription *description = pango_font_description_new();
    pango_font_description_set_family_static(description, family);
    pango_font_description_set_absolute_size(description, MIN_FONT * PANGO_SCALE);
    PangoFont *font = pango_font_map_load_font(map, context, description);
    for (guint s = 0; s < N_SCRIPTS; s++)
        has[s] = font && covers(font, script_samples[s]);
    /* the many cuts of an East Asian family would crowd out the others' Latin letters */
    has[LATIN] = has[LATIN] && !has[CHINESE] && !has[JAPANESE];
    g_clear_object(&font);
    pango_font_description_free(description);
}

static gpointer list_fonts(gpointer unused)
{
    (void)unused;
    PangoFontMap *map = pango_cairo_font_map_get_default();
    PangoContext *context = pango_font_map_create_context(map);
    PangoFontFamily **families;
    int n_families;
    pango_font_map_list_families(map, &families, &n_families);
    Fonts *fonts = g_new0(Fonts, 1);
    for (guint s = 0; s < N_SCRIPTS; s++)
        fonts->families[s] = g_ptr_array_new();
    for (int i = 0; i < n_families; i++) {
        const char *name = pango_font_family_get_name(families[i]);
        gboolean has[N_SCRIPTS];
        find_scripts(map, context, name, has);
        for (guint s = 0; s < N_SCRIPTS; s++)
            if (has[s])
                g_ptr_array_add(fonts->families[s], g_strdup(name));
    }
    for (guint s = 0; s < N_SCRIPTS; s++)
        g_ptr_array_sort(fonts->families[s], compare_names);
    g_free(families);
    g_object_unref(context);
    return fonts;
}

static const Fonts *get_fonts(void)
{
    static GOnce once = G_ONCE_INIT;
    return g_once(&once, list_fonts, NULL);
}

/* --- draws ---------------------------------------------------------------------------------------- */

static gboolean chance(Random *r, double probability)
{
    return random_unit(r) < probability;
}

static double between(Random *r, double low, double high)
{
    return low + (high - low) * random_unit(r);
}

/* Pixels per em, small ones as likely as large ones; whole, so that Pango's caches stay small. */
static double draw_size(Random *r, double low, double high)
{
    return round(low * pow(fmax(high / low, 1), random_unit(r)));
}

typedef struct {
    double r, g, b;
} Colour;

static double luma(Colour c)
{
    return 0.299 * c.r + 0.587 * c.g + 0.114 * c.b;
}

/* A colour whose luma differs from everything between @low and @high by @contrast, or else by as much as can be. */
static Colour draw_colour(Random *r, double low, double high, double contrast)
{
    for (guint i = 0; i < 30; i++) {
        Colour c = {random_unit(r), random_unit(r), random_unit(r)};
        if (luma(c) < low - contrast || luma(c) > high + contrast)
            return c;
    }
    return low > 1 - high ? (Colour){0, 0, 0} : (Colour){1, 1, 1};
}

/* --- words ---------------------------------------------------------------------------------------- */

static const char *const words[] = {
    "the",    "a",     "and",   "of",     "to",     "in",     "is",     "you",   "that",   "it",    "was",
    "for",    "on",    "are",   "with",   "his",    "they",   "at",     "be",    "this",   "have",  "from",
    "or",     "one",   "had",   "by",     "word",   "but",    "not",    "what",  "all",    "were",  "we",
    "when",   "your",  "can",   "said",   "there",  "use",    "each",   "which", "she",    "how",   "their",
    "will",   "other", "about", "out",    "many",   "then",   "them",   "these", "so",     "some",  "her",
    "would",  "make",  "like",  "him",    "into",   "time",   "look",   "two",   "more",   "write", "go",
    "see",    "no",    "way",   "could",  "people", "my",     "than",   "first", "water",  "been",  "call",
    "who",    "now",   "find",  "long",   "down",   "day",    "did",    "get",   "come",   "made",  "may",
    "part",   "over",  "don't", "we'll",  "I'm",    "quick",  "jump",   "lazy",  "fox",    "sale",  "open",
    "closed", "stop",  "news",  "live",   "today",  "night",  "street", "house", "coffee", "exit",  "welcome",
    "please", "thank", "sorry", "hello",  "again",  "before", "after",  "never", "always", "where", "für",
    "nicht",  "über",  "schön", "Straße", "était",  "garçon", "où",     "niño",  "mañana", "però",  "não",
};
static const char *const onsets[] = {"",   "b",  "c",  "d",  "f",  "g",  "h",  "j",  "k",  "l",  "m",
                                     "n",  "p",  "qu", "r",  "s",  "t",  "v",  "w",  "x",  "z",  "bl",
                                     "br", "ch", "cl", "dr", "fl", "gr", "pl", "sh", "st", "th", "tr"};
static const char *const nuclei[] = {"a", "e", "i", "o", "u", "y", "ai", "ea", "ee", "ie", "oo", "ou"};
static const char *const codas[] = {"",  "",  "b",  "ck", "d",  "f",  "g", "k",  "l",  "ll", "m", "n",
                                    "p", "r", "rd", "s",  "ss", "st", "t", "nd", "ng", "nt", "x", "z"};
static const char *const chinese[] = {
    "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多"
    "然于心学么之都好看起发当",
    "没成只如事把还用第样道想作种开美总从无情面最女但现前些所同日手又行意动方期它头经长儿回位分爱老因很给名法"
    "间斯知世什两次使身者被高",
};
static const char *const japanese[] = {
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをんがぎぐげござ"
    "じずぜぞだでどばびぶべぼ",
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンガギグゲゴザジ"
    "ズゼゾダデドバビブベボー",
    "日本人大中小学生時間今年月火水木金土見行来食飲話言読書聞車電気天空山川海町店家店員先私何名前後上下左右東"
    "西南北新古高安白黒赤青",
};
static const char *const emoji[] = {"😀😂😍😎😭😡👍👏🙏💪", "❤⭐🔥🎉🎵☀🌙🌸🍎🍕", "🐱🐶🐼🚗🚀⚽🏠📱💡✅"};

#define PICK(r, array) (array)[random_below((r), G_N_ELEMENTS(array))]

static void append_word(Random *r, GString *text)
{
    if (chance(r, 0.55)) {
        g_string_append(text, PICK(r, words));
    } else if (chance(r, 0.25)) {
        guint digits = 1 + random_below(r, 4);
        for (guint i = 0; i < digits; i++)
            g_string_append_c(text, (char)('0' + random_below(r, 10)));
        if (chance(r, 0.3))
            g_string_append(text, PICK(r, ((const char *const[]){"%", ":30", ".5", " km", "th", "-A"})));
    } else {
        guint syllables = 1 + random_below(r, 3);
        for (guint i = 0; i < syllables; i++) {
            g_string_append(text, PICK(r, onsets));
            g_string_append(text, PICK(r, nuclei));
            g_string_append(text, PICK(r, codas));
        }
    }
}

static char *capitalize(const char *text)
{
    const char *rest = g_utf8_next_char(text);
    g_autofree char *first = g_utf8_strup(text, rest - text);
    return g_strconcat(first, rest, NULL);
}

static char *draw_latin(Random *r, guint n_words)
{
    g_autoptr(GString) text = g_string_new(NULL);
    guint mode = random_below(r, 8); /* 0, 1: capitals; 2: each word capitalized; otherwise a sentence */
    for (guint i = 0; i < n_words; i++) {
        g_autoptr(GString) word = g_string_new(NULL);
        append_word(r, word);
        if (i)
            g_string_append(text, chance(r, 0.1) ? ", " : " ");
        g_autofree char *capitalized = i == 0 || mode == 2 ? capitalize(word->str) : NULL;
        g_string_append(text, capitalized ? capitalized : word->str);
    }
    g_string_append(text, PICK(r, ((const char *const[]){".", ".", "!", "?", "...", "", "", ":", "!!"})));
    if (chance(r, 0.1)) {
        g_string_prepend_c(text, '"');
        g_string_append_c(text, '"');
    }
    return mode < 2 ? g_utf8_strup(text->str, -1) : g_strdup(text->str);
}

static void append_character(Random *r, GString *text, const char *characters)
{
    guint n = (guint)g_utf8_strlen(characters, -1);
    g_string_append_unichar(text, g_utf8_get_char(g_utf8_offset_to_pointer(characters, random_below(r, n))));
}

/* @count characters from @sets, a few of the same set at a time, which is how kana and kanji alternate. */
static char *draw_characters(Random *r, guint count, const char *const *sets, guint n_sets,
                             const char *endings)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < count;) {
        const char *set = sets[random_below(r, n_sets)];
        for (guint run = 1 + random_below(r, 4); run && i < count; run--, i++)
            append_character(r, text, set);
    }
    if (endings && chance(r, 0.6))
        append_character(r, text, endings);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *draw_text(Random *r, Script script, guint n_words)
{
    switch (script) {
    case CHINESE:
        return draw_characters(r, 2 * n_words, chinese, G_N_ELEMENTS(chinese), "，。！？");
    case JAPANESE:
        return draw_characters(r, 2 * n_words, japanese, G_N_ELEMENTS(japanese), "、。！？」");
    case EMOJI:
        return draw_characters(r, n_words, emoji, G_N_ELEMENTS(emoji), NULL);
    default:
        return draw_latin(r, n_words);
    }
}

/* --- canvas --------------------------------------------------------------------------------------- */

typedef struct {
    double x, y, w, h;
} Box;

typedef struct {
    Random *r;
    const Fonts *fonts;
    double size;
    cairo_surface_t *surface;
    cairo_t *picture, *mask;
    Box taken[MAX_ELEMENTS];
    guint n_taken;
} Canvas;

/* A line or a block of text, laid out but not yet placed. */
typedef struct {
    PangoLayout *layout;
    Script script;
    double em; /* pixels */
    Box ink;   /* relative to the layout's origin */
} Text;

/* What sets text off from its background. */
typedef struct {
    Colour fill, edge;
    double outline; /* width of the edge, 0: none */
    double shadow;  /* offset, 0: none */
} Look;

static Script draw_script(Canvas *c)
{
    double u = random_unit(c->r);
    Script script = u < 0.62 ? LATIN : u < 0.81 ? CHINESE : JAPANESE;
    return c->fonts->families[script]->len ? script : LATIN;
}

/* @width: pixels after which a line is broken, or 0 */
static Text text_new(Canvas *c, Script script, guint n_words, double em, double width)
{
    Random *r = c->r;
    Text text = {.layout = pango_cairo_create_layout(c->picture), .script = script, .em = em};
    PangoFontDescription *font = pango_font_description_new();
    const GPtrArray *families = c->fonts->families[script];
    if (families->len)
        pango_font_description_set_family(font, families->pdata[random_below(r, families->len)]);
    pango_font_description_set_absolute_size(font, em * PANGO_SCALE);
    if (script != EMOJI) {
        pango_font_description_set_weight(font, chance(r, 0.4) ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
        pango_font_description_set_style(font, chance(r, 0.15) ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL);
    }
    pango_layout_set_font_description(text.layout, font);
    pango_font_description_free(font);
    if (width > 0) {
        pango_layout_set_width(text.layout, (int)(width * PANGO_SCALE));
        pango_layout_set_wrap(text.layout, PANGO_WRAP_WORD_CHAR);
    }
    pango_layout_set_alignment(text.layout, chance(r, 0.75) ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
    g_autofree char *characters = draw_text(r, script, n_words);
    pango_layout_set_text(text.layout, characters, -1);
    PangoRectangle ink;
    pango_layout_get_pixel_extents(text.layout, &ink, NULL);
    text.ink = (Box){ink.x, ink.y, ink.width, ink.height};
    return text;
}

static void text_clear(Text *text)
{
    g_clear_object(&text->layout);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Text, text_clear)

/*
 * Finds room for a box of @w x @h, which may hang over the edge by a third; FALSE if there is none. @low: the upper part
 * of the picture, 0..1, that is to be avoided if possible.
 */
static gboolean place(Canvas *c, double w, double h, double low, Box *box)
{
    for (guint i = 0; i < PLACE_TRIES; i++) {
        double top = i < PLACE_TRIES / 2 ? low * c->size : 0;
        *box = (Box){between(c->r, fmin(-w / 3, c->size - w), fmax(c->size - 2 * w / 3, 0)),
                     between(c->r, fmin(top, c->size - h), fmax(c->size - 0.8 * h, 0)), w, h};
        gboolean is_free = TRUE;
        for (guint k = 0; k < c->n_taken; k++) {
            const Box *t = &c->taken[k];
            is_free = is_free && (box->x > t->x + t->w || t->x > box->x + w || box->y > t->y + t->h ||
                                  t->y > box->y + h);
        }
        if (is_free) {
            c->taken[c->n_taken++] = *box;
            return TRUE;
        }
    }
    return FALSE;
}

/* Luma behind @box: mean and standard deviation. */
static void measure(Canvas *c, const Box *box, double *mean, double *deviation)
{
    cairo_surface_flush(c->surface);
    const guint8 *data = cairo_image_surface_get_data(c->surface);
    const int stride = cairo_image_surface_get_stride(c->surface), size = (int)c->size;
    double sum = 0, squares = 0, n = 0;
    for (int y = MAX((int)box->y, 0); y < MIN(box->y + box->h, size); y++)
        for (int x = MAX((int)box->x, 0); x < MIN(box->x + box->w, size); x++) {
            guint32 p = ((const guint32 *)(data + (gsize)y * (gsize)stride))[x];
            double l = luma((Colour){(p >> 16 & 255) / 255.0, (p >> 8 & 255) / 255.0, (p & 255) / 255.0});
            sum += l;
            squares += l * l;
            n++;
        }
    *mean = n > 0 ? sum / n : 0;
    *deviation = n > 0 ? sqrt(fmax(squares / n - *mean * *mean, 0)) : 0;
}

/* --- painting ------------------------------------------------------------------------------------- */

static void set_colour(cairo_t *cr, Colour c, double alpha)
{
    cairo_set_source_rgba(cr, c.r, c.g, c.b, alpha);
}

/* Paints @text with its origin at the current one of the picture and marks it in the mask, which moves along. */
static void paint_text(Canvas *c, const Text *text, const Look *look)
{
    cairo_t *cr = c->picture;
    if (look->shadow > 0) {
        cairo_save(cr);
        cairo_translate(cr, look->shadow, look->shadow);
        set_colour(cr, look->edge, 0.8);
        pango_cairo_show_layout(cr, text->layout);
        cairo_restore(cr);
    }
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    if (look->outline > 0) {
        set_colour(cr, look->edge, 1);
        cairo_set_line_width(cr, 2 * look->outline);
        pango_cairo_layout_path(cr, text->layout);
        cairo_stroke(cr);
    }
    set_colour(cr, look->fill, 1);
    cairo_move_to(cr, 0, 0);
    pango_cairo_show_layout(cr, text->layout);
    cairo_new_path(cr);

    cairo_matrix_t matrix;
    cairo_get_matrix(cr, &matrix);
    cairo_set_matrix(c->mask, &matrix);
    cairo_set_source_rgba(c->mask, 0, 0, 0, 1);
    const double reach = fmax(3, 0.2 * text->em);
    if (text->script == EMOJI) { /* colour bitmaps have no path */
        cairo_rectangle(c->mask, text->ink.x - reach / 2, text->ink.y - reach / 2, text->ink.w + reach,
                        text->ink.h + reach);
    } else {
        cairo_set_line_join(c->mask, CAIRO_LINE_JOIN_ROUND);
        cairo_set_line_width(c->mask, 2 * reach);
        pango_cairo_layout_path(c->mask, text->layout);
        cairo_stroke_preserve(c->mask);
    }
    cairo_fill(c->mask);
    cairo_identity_matrix(c->mask);
}

static void rounded_rectangle(cairo_t *cr, const Box *b, double radius)
{
    radius = fmin(radius, fmin(b->w, b->h) / 2);
    cairo_new_sub_path(cr);
    for (guint i = 0; i < 4; i++) {
        const double x = b->x + (i == 0 || i == 3 ? b->w - radius : radius);
        const double y = b->y + (i < 2 ? b->h - radius : radius);
        cairo_arc(cr, x, y, radius, i * G_PI / 2, (i + 1) * G_PI / 2);
    }
    cairo_close_path(cr);
}

/* Moves the origin so that the layout's ink fills @box but for @margin, turned by @angle about its centre. */
static void move_to_box(cairo_t *cr, const Text *text, const Box *box, double angle)
{
    cairo_translate(cr, box->x + box->w / 2, box->y + box->h / 2);
    cairo_rotate(cr, angle);
    cairo_translate(cr, -text->ink.x - text->ink.w / 2, -text->ink.y - text->ink.h / 2);
}

static Colour light_or_dark(Random *r, Colour against)
{
    if (chance(r, 0.3))
        return draw_colour(r, luma(against), luma(against), 0.5);
    return luma(against) > 0.5 ? (Colour){0, 0, 0} : (Colour){1, 1, 1};
}

/* Burned in by a player or a broadcaster: low in the picture, light, with an outline, a shadow or a box behind. */
static void draw_subtitle(Canvas *c)
{
    Random *r = c->r;
    double em = draw_size(r, MIN_FONT, 36);
    /* lines are as wide as a frame; the picture is a part of one */
    g_auto(Text) text = text_new(c, draw_script(c), 2 + random_below(r, 8), em, 2 * c->size);
    Box box;
    if (!place(c, text.ink.w + em / 2, text.ink.h + em / 2, 0.4, &box))
        return;
    Look look = {.fill = {1, 1, 1}};
    if (chance(r, 0.2))
        look.fill = (Colour){1, between(r, 0.85, 1), between(r, 0, 0.4)};
    else if (chance(r, 0.2))
        look.fill = draw_colour(r, 0, 0.25, 0.45);
    guint kind = random_below(r, 4);
    if (kind == 0) { /* a box, nearly opaque */
        set_colour(c->picture, (Colour){0, 0, 0}, between(r, 0.6, 1));
        rounded_rectangle(c->picture, &box, chance(r, 0.5) ? 0 : em / 4);
        cairo_fill(c->picture);
    }
    if (kind == 1 || kind == 2)
        look.outline = between(r, 0.05, 0.1) * em;
    if (kind == 2 || kind == 3)
        look.shadow = between(r, 0.05, 0.09) * em;
    if (kind == 3) /* a shadow alone is too little where it is bright */
        look.outline = 0.03 * em;
    cairo_save(c->picture);
    move_to_box(c->picture, &text, &box, 0);
    paint_text(c, &text, &look);
    cairo_restore(c->picture);
}

/* Large, any colour, often turned a little; outlined where the background is restless. */
static void draw_slogan(Canvas *c)
{
    Random *r = c->r;
    double em = draw_size(r, 1.2 * MIN_FONT, c->size / 4 / 0.72);
    double angle = chance(r, 0.5) ? between(r, -0.25, 0.25) : 0;
    g_auto(Text) text = text_new(c, draw_script(c), 1 + random_below(r, 3), em, 0);
    Box box;
    double w = text.ink.w * cos(angle) + text.ink.h * fabs(sin(angle));
    double h = text.ink.h * cos(angle) + text.ink.w * fabs(sin(angle));
    if (!place(c, w, h, 0, &box))
        return;
    double mean, deviation;
    measure(c, &box, &mean, &deviation);
    Look look = {.fill = draw_colour(r, mean - 2 * deviation, mean + 2 * deviation, 0.3)};
    look.edge = light_or_dark(r, look.fill);
    if (deviation > 0.08 || chance(r, 0.3))
        look.outline = between(r, 0.04, 0.1) * em;
    if (chance(r, 0.2))
        look.shadow = between(r, 0.04, 0.1) * em;
    cairo_save(c->picture);
    move_to_box(c->picture, &text, &box, angle);
    paint_text(c, &text, &look);
    cairo_restore(c->picture);
}

/* Printed on a panel: a sign, a note, a news ticker. */
static void draw_sign(Canvas *c)
{
    Random *r = c->r;
    double em = draw_size(r, MIN_FONT, 30);
    g_auto(Text) text =
        text_new(c, draw_script(c), 2 + random_below(r, 9), em, between(r, 0.4, 0.9) * c->size);
    double margin = between(r, 0.2, 0.8) * em, angle = chance(r, 0.4) ? between(r, -0.15, 0.15) : 0;
    Box box;
    if (!place(c, text.ink.w + 2 * margin, text.ink.h + 2 * margin, 0, &box))
        return;
    Colour panel = chance(r, 0.5) ? (Colour){1, 1, 1} : draw_colour(r, 0.4, 0.6, 0.05);
    Look look = {.fill = light_or_dark(r, panel)};
    cairo_save(c->picture);
    move_to_box(c->picture, &text, &box, angle);
    rounded_rectangle(
        c->picture,
        &(Box){text.ink.x - margin, text.ink.y - margin, text.ink.w + 2 * margin, text.ink.h + 2 * margin},
        chance(r, 0.5) ? 0 : margin);
    set_colour(c->picture, panel, 1);
    cairo_fill_preserve(c->picture);
    if (chance(r, 0.5)) {
        set_colour(c->picture, look.fill, 1);
        cairo_set_line_width(c->picture, between(r, 1, 3));
        cairo_stroke(c->picture);
    }
    cairo_new_path(c->picture);
    paint_text(c, &text, &look);
    cairo_restore(c->picture);
}

/* Path of a balloon in @b: an ellipse, a rounded rectangle, or the star of a cry. */
static void balloon_path(Random *r, cairo_t *cr, const Box *b)
{
    guint kind = random_below(r, 3);
    if (kind == 1) {
        rounded_rectangle(cr, b, 0.3 * fmin(b->w, b->h));
        return;
    }
    const guint spikes = 14 + random_below(r, 8);
    const guint n = kind == 0 ? 64 : 2 * spikes;
    cairo_new_sub_path(cr);
    for (guint i = 0; i < n; i++) {
        double reach = kind == 0 || i % 2 ? 0.5 : between(r, 0.55, 0.65), phase = 2 * G_PI * i / n;
        cairo_line_to(cr, b->x + b->w * (0.5 + reach * cos(phase)), b->y + b->h * (0.5 + reach * sin(phase)));
    }
    cairo_close_path(cr);
}

/* A comic's speech bubble: outlined first and filled then, so that the tail joins without a line. */
static void draw_bubble(Canvas *c)
{
    Random *r = c->r;
    cairo_t *cr = c->picture;
    double em = draw_size(r, MIN_FONT, 32);
    g_auto(Text) text =
        text_new(c, draw_script(c), 1 + random_below(r, 6), em, between(r, 0.35, 0.65) * c->size);
    Box box;
    if (!place(c, 1.42 * text.ink.w + em / 2, 1.42 * text.ink.h + em / 2, 0, &box))
        return;
    Colour paper = chance(r, 0.7) ? (Colour){1, 1, 1} : draw_colour(r, 0.15, 0.7, 0.05);
    Look look = {.fill = light_or_dark(r, paper)};
    Colour line = luma(paper) > 0.5 ? (Colour){0, 0, 0} : (Colour){1, 1, 1};
    double width = between(r, 1, 5), side = chance(r, 0.5) ? 1 : -1;
    double x = box.x + box.w / 2, y = box.y + box.h / 2;
    cairo_save(cr);
    cairo_new_path(cr);
    balloon_path(r, cr, &box);
    cairo_new_sub_path(cr);
    cairo_move_to(cr, x + side * between(r, 0.3, 0.7) * box.w, y + box.h * between(r, 0.7, 1));
    cairo_line_to(cr, x - 0.12 * box.w, y + 0.3 * box.h);
    cairo_line_to(cr, x + 0.12 * box.w, y + 0.3 * box.h);
    cairo_close_path(cr);
    set_colour(cr, line, 1);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_width(cr, 2 * width);
    cairo_stroke_preserve(cr);
    set_colour(cr, paper, 1);
    cairo_fill(cr);
    move_to_box(cr, &text, &box, 0);
    paint_text(c, &text, &look);
    cairo_restore(cr);
}

static void draw_emoji(Canvas *c)
{
    Random *r = c->r;
    double em = draw_size(r, 1.2 * MIN_FONT, fmax(c->size / 3, 1.2 * MIN_FONT));
    g_auto(Text) text = text_new(c, EMOJI, 1 + random_below(r, 3), em, 0);
    Box box;
    if (!place(c, text.ink.w, text.ink.h, 0, &box))
        return;
    double mean, deviation;
    measure(c, &box, &mean, &deviation);
    Look look = {.fill = draw_colour(r, mean - deviation, mean + deviation, 0.3)};
    cairo_save(c->picture);
    move_to_box(c->picture, &text, &box, chance(r, 0.3) ? between(r, -0.3, 0.3) : 0);
    paint_text(c, &text, &look);
    cairo_restore(c->picture);
}

static void draw_elements(Canvas *c)
{
    const double few = random_unit(c->r);
    const guint count = 1 + (guint)(MAX_ELEMENTS * few * few);
    for (guint i = 0; i < count; i++) {
        const double u = random_unit(c->r);
        if (u < 0.4)
            draw_subtitle(c);
        else if (u < 0.6)
            draw_slogan(c);
        else if (u < 0.75)
            draw_sign(c);
        else if (u < 0.92 || !c->fonts->families[EMOJI]->len)
            draw_bubble(c);
        else
            draw_emoji(c);
    }
}

/* --- floats and surfaces -------------------------------------------------------------------------- */

static void load_picture(cairo_surface_t *surface, const float *picture, guint size)
{
    const gsize plane = (gsize)size * size;
    guint8 *data = cairo_image_surface_get_data(surface);
    const gsize stride = (gsize)cairo_image_surface_get_stride(surface);
    for (guint y = 0; y < size; y++)
        for (guint x = 0; x < size; x++) {
            guint32 pixel = 0;
            for (guint c = 0; c < 3; c++)
                pixel = pixel << 8 |
                        (guint32)(CLAMP(picture[c * plane + (gsize)y * size + x], 0.0f, 1.0f) * 255 + 0.5f);
            ((guint32 *)(data + y * stride))[x] = pixel;
        }
    cairo_surface_mark_dirty(surface);
}

static void store_picture(cairo_surface_t *surface, float *picture, guint size)
{
    const gsize plane = (gsize)size * size;
    cairo_surface_flush(surface);
    const guint8 *data = cairo_image_surface_get_data(surface);
    const gsize stride = (gsize)cairo_image_surface_get_stride(surface);
    for (guint y = 0; y < size; y++)
        for (guint x = 0; x < size; x++)
            for (guint c = 0; c < 3; c++)
                picture[c * plane + (gsize)y * size + x] =
                    (float)(((const guint32 *)(data + y * stride))[x] >> (16 - 8 * c) & 255) * (1.0f / 255);
}

static void store_mask(cairo_surface_t *surface, float *mask, guint size)
{
    cairo_surface_flush(surface);
    const guint8 *data = cairo_image_surface_get_data(surface);
    const gsize stride = (gsize)cairo_image_surface_get_stride(surface);
    for (guint y = 0; y < size; y++)
        for (guint x = 0; x < size; x++)
            mask[(gsize)y * size + x] = (float)data[y * stride + x] * (1.0f / 255);
}

/* What a desktop's settings say must not change the pictures. */
static cairo_t *context_new(cairo_surface_t *surface)
{
    cairo_t *cr = cairo_create(surface);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cr, options);
    cairo_font_options_destroy(options);
    return cr;
}

void caption_draw(Random *r, float *picture, float *mask, guint size)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)size, (int)size);
    cairo_surface_t *mask_surface = cairo_image_surface_create(CAIRO_FORMAT_A8, (int)size, (int)size);
    load_picture(surface, picture, size);
    Canvas canvas = {.r = r, .fonts = get_fonts(), .size = size, .surface = surface};
    canvas.picture = context_new(surface);
    canvas.mask = cairo_create(mask_surface);
    draw_elements(&canvas);
    cairo_destroy(canvas.picture);
    cairo_destroy(canvas.mask);
    store_picture(surface, picture, size);
    store_mask(mask_surface, mask, size);
    cairo_surface_destroy(surface);
    cairo_surface_destroy(mask_surface);
}
