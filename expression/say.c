/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "say.h"

#include "emoji.h"
#include "hand.h"
#include "lexicon.h"

#include <idiom/style.h>
#include <string.h>

/* Longer sentences are not read to their end. */
#define MOST_BYTES 4000

/* --- vocabulary ------------------------------------------------------------------------------------ */

static void style_free(gpointer data)
{
    SayStyle *s = data;
    g_free(s->style);
    g_free(s->mix);
    g_strfreev(s->names);
    g_strfreev(s->moods);
    g_free(s);
}

SayVocabulary *say_vocabulary_new(void)
{
    SayVocabulary *v = g_new0(SayVocabulary, 1);
    v->styles = g_ptr_array_new_with_free_func(style_free);
    return v;
}

void say_vocabulary_free(SayVocabulary *v)
{
    g_ptr_array_unref(v->styles);
    g_free(v);
}

static void add_name(GStrvBuilder *names, const char *name)
{
    g_autofree char *lower = g_utf8_strdown(name, -1), *spaced = g_strdelimit(g_strdup(lower), "-_", ' ');
    g_strv_builder_add(names, lower);
    if (!g_str_equal(lower, spaced))
        g_strv_builder_add(names, spaced);
}

void say_vocabulary_add(SayVocabulary *v, const char *style, const char *mix, const char *const *aliases,
                        const char *const *moods)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new(), feelings = g_strv_builder_new();
    SayStyle *s = g_new0(SayStyle, 1);
    s->style = g_strdup(style);
    s->mix = g_strdup(mix);
    add_name(names, mix ? mix : style);
    for (guint i = 0; aliases && aliases[i]; i++)
        add_name(names, aliases[i]);
    for (guint i = 0; moods && moods[i]; i++)
        add_name(feelings, moods[i]);
    s->names = g_strv_builder_end(names);
    s->moods = g_strv_builder_end(feelings);
    g_ptr_array_add(v->styles, s);
}

/* A file of several styles has its own name, for the first, and theirs. One that reads pictures is spoken of by those. */
static void add_installed(SayVocabulary *v, const char *name)
{
    g_autofree char *path = idiom_style_find(name, NULL);
    g_autoptr(IdiomStyle) style = path ? idiom_style_load(path, NULL) : NULL;
    g_auto(Hand) hand = {0};
    if (!style || idiom_style_reads(style))
        return;
    hand_init(&hand);
    hand_read(&hand, g_hash_table_lookup(idiom_style_metadata(style), "expression"), NULL);
    say_vocabulary_add(v, name, NULL, (const char *const *)hand.aliases, (const char *const *)hand.moods);
    const char *const *own = idiom_style_names(style);
    for (guint i = 0; own[0] && own[1] && own[i]; i++)
        say_vocabulary_add(v, name, own[i], NULL, NULL);
}

SayVocabulary *say_vocabulary_installed(void)
{
    SayVocabulary *v = say_vocabulary_new();
    g_auto(GStrv) names = idiom_style_list();
    for (guint i = 0; names[i]; i++)
        add_installed(v, names[i]);
    return v;
}

/* --- parsing --------------------------------------------------------------------------------------- */

typedef enum { ABOUT_NOTHING, ABOUT_CAPTION, ABOUT_BUBBLE, ABOUT_EMOJI } About;

typedef struct {
    const SayVocabulary *v;
    Said *said;
    GString *understood, *unknown;
    GString *emoji;
    About about; /* what was spoken of last */
    gboolean has_amount, has_size, no, styled, rain;
    gboolean strokes;    /* were spoken of, and no size yet */
    const char *place;   /* of what comes next */
    const char *waiting; /* a thing that has no amount yet */
    double amount, size;
    const SayStyle *mood; /* that a feeling stands for */
} Parser;

static void understand(Parser *p, const char *text, gsize bytes)
{
    g_string_append_printf(p->understood, "%s%.*s", p->understood->len ? ", " : "", (int)bytes, text);
}

static void set(Parser *p, const char *property, const char *value)
{
    GPtrArray *settings = p->said->settings;
    for (guint i = 0; i < settings->len; i += 2)
        if (g_str_equal(settings->pdata[i], property)) {
            g_free(settings->pdata[i + 1]);
            settings->pdata[i + 1] = g_strdup(value);
            return;
        }
    g_ptr_array_add(settings, g_strdup(property));
    g_ptr_array_add(settings, g_strdup(value));
}

static void set_number(Parser *p, const char *property, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    set(p, property, g_ascii_formatd(text, sizeof text, "%.4g", value));
}

/* A thing gets the amount that was said before it or comes after it. */
static void take_thing(Parser *p, const char *property)
{
    if (p->no) {
        set(p, property, "0");
    } else if (p->has_amount) {
        set_number(p, property, p->amount);
    } else {
        p->waiting = property;
        return;
    }
    p->waiting = NULL;
    p->no = p->has_amount = FALSE;
}

static void take_amount(Parser *p, double amount)
{
    if (p->waiting) {
        set_number(p, p->waiting, amount);
        p->waiting = NULL;
        return;
    }
    p->has_amount = TRUE;
    p->amount = amount;
}

static void take_size(Parser *p, double size)
{
    if (p->strokes) {
        set_number(p, "stroke-size", size);
        p->strokes = FALSE;
        return;
    }
    p->has_size = TRUE;
    p->size = size;
}

/* Where the thing that was spoken of last is. */
static gboolean take_place(Parser *p, const char *place)
{
    const gboolean plain =
        g_str_equal(place, "top") || g_str_equal(place, "bottom") || g_str_equal(place, "middle");
    if (p->about == ABOUT_CAPTION && plain)
        set(p, "caption-position", place);
    else if (p->about == ABOUT_CAPTION &&
             (g_str_has_prefix(place, "top") || g_str_has_prefix(place, "bottom")))
        set(p, "caption-position", place[0] == 't' ? "top" : "bottom");
    else if (p->about == ABOUT_EMOJI)
        set(p, "emoji-place", place);
    else
        return FALSE;
    return TRUE;
}

/* A place that was said before what is there. */
static void take_waiting_place(Parser *p)
{
    if (p->place && take_place(p, p->place))
        p->place = NULL;
}

static void remove_all(Parser *p)
{
    static const char *const all[] = {"caption", "bubble", "emoji"};
    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        set(p, all[i], "");
}

static void begin_about(Parser *p, About about, const char *property)
{
    p->about = about;
    if (p->no)
        set(p, property, "");
    p->no = FALSE;
}

static gboolean take_meaning(Parser *p, const Meaning *m)
{
    switch (m->kind) {
    case WORD_FILLER:
        break;
    case WORD_NO:
        p->no = TRUE;
        break;
    case WORD_AMOUNT:
        take_amount(p, m->value);
        break;
    case WORD_SIZE:
        take_size(p, m->value);
        break;
    case WORD_THING:
        take_thing(p, m->text);
        break;
    case WORD_STROKES:
        p->strokes = !p->has_size;
        if (p->has_size)
            set_number(p, "stroke-size", p->size);
        p->has_size = FALSE;
        break;
    case WORD_CAPTION:
        begin_about(p, ABOUT_CAPTION, "caption");
        break;
    case WORD_BUBBLE:
        begin_about(p, ABOUT_BUBBLE, "bubble");
        set(p, "bubble-kind", m->text);
        break;
    case WORD_EMOJI:
        begin_about(p, ABOUT_EMOJI, "emoji");
        break;
    case WORD_RAIN:
        p->rain = TRUE;
        break;
    case WORD_PLACE:
        p->place = take_place(p, m->text) ? NULL : m->text;
        break;
    case WORD_FACE:
        if (p->about == ABOUT_EMOJI)
            set(p, "emoji-place", "auto");
        else
            set(p, "bubble-anchor", "auto");
        break;
    case WORD_MANNER: {
        g_auto(GStrv) pair = g_strsplit(m->text, "=", 2);
        set(p, pair[0], pair[1]);
        break;
    }
    case WORD_ALL:
        remove_all(p);
        p->no = FALSE;
        break;
    case WORD_SOURCE:
        set(p, "style", "none");
        p->styled = TRUE;
        p->no = FALSE;
        break;
    case WORD_BEFORE:
        set(p, "expression-stage", "before");
        break;
    default:
        return FALSE;
    }
    return TRUE;
}

/* --- words ----------------------------------------------------------------------------------------- */

static gboolean ends_word(const char *begin, gsize length)
{
    return !g_ascii_isalnum(begin[length - 1]) || !g_ascii_isalnum(begin[length]);
}

/* The style whose name, or mood, is the longest that @text begins with; a file's own name before one of several in a file. */
static const SayStyle *find_style(const SayVocabulary *v, const char *text, gboolean moods, gsize *bytes)
{
    const SayStyle *found = NULL;
    *bytes = 0;
    for (guint i = 0; i < v->styles->len; i++) {
        const SayStyle *s = v->styles->pdata[i];
        char **names = moods ? s->moods : s->names;
        for (guint k = 0; names[k]; k++) {
            const gsize length = strlen(names[k]);
            const gboolean better = length > *bytes || (length == *bytes && found && found->mix && !s->mix);
            if (better && g_str_has_prefix(text, names[k]) && ends_word(text, length)) {
                *bytes = length;
                found = s;
            }
        }
    }
    return found;
}

static void take_style(Parser *p, const SayStyle *s)
{
    set(p, "style", s->style);
    if (s->mix)
        set(p, "mix", s->mix);
    p->styled = TRUE;
    p->no = FALSE;
}

/* 一 to 九十九, as a number; its bytes, or 0. */
static gsize read_chinese(const char *text, double *value)
{
    static const char *const digits[] = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
    gsize bytes = 0;
    double tens = 0, ones = 0;
    for (gboolean more = TRUE; more;) {
        more = FALSE;
        for (guint i = 0; i < G_N_ELEMENTS(digits) && !more; i++)
            if ((more = g_str_has_prefix(text + bytes, digits[i])))
                ones = i;
        if (!more && (more = g_str_has_prefix(text + bytes, "十"))) {
            tens = bytes ? 10 * ones : 10;
            ones = 0;
        }
        bytes += more ? strlen("十") : 0;
    }
    *value = tens + ones;
    return bytes;
}

/* A number, with or without %, or 百分之 before it. */
static gsize take_number(Parser *p, const char *text)
{
    static const char *const percent = "百分之";
    const gsize skip = g_str_has_prefix(text, percent) ? strlen(percent) : 0;
    char *end;
    double value;
    const gsize chinese = skip ? read_chinese(text + skip, &value) : 0;
    if (chinese) {
        take_amount(p, value / 100);
        return skip + chinese;
    }
    if (!g_ascii_isdigit(text[skip]))
        return 0;
    value = g_ascii_strtod(text + skip, &end);
    gsize bytes = (gsize)(end - text);
    const char *after = end + strspn(end, " ");
    if (skip || *end == '%' || g_str_has_prefix(after, "percent")) {
        value /= 100;
        bytes = skip && *end != '%' ? bytes
                : *end == '%'       ? bytes + 1
                                    : (gsize)(after - text) + strlen("percent");
    }
    take_amount(p, CLAMP(value, 0, 1));
    return bytes;
}

static void take_emoji(Parser *p, const char *emoji)
{
    if (p->no) {
        begin_about(p, ABOUT_EMOJI, "emoji");
        return;
    }
    g_string_append(p->emoji, emoji);
    set(p, "emoji", p->emoji->str);
    p->about = ABOUT_EMOJI;
    if (p->has_size)
        set_number(p, "emoji-size", 14 * p->size);
    p->has_size = FALSE;
    take_waiting_place(p);
}

/* An emoji itself. Returns its bytes. */
static gsize take_emoji_here(Parser *p, const char *text)
{
    if (!(text[0] & 0x80))
        return 0;
    g_autofree char *start = g_utf8_substring(text, 0, MIN(g_utf8_strlen(text, -1), 12));
    g_auto(GStrv) parts = emoji_split(start);
    if (!parts[0] || !g_str_has_prefix(text, parts[0]) || !emoji_is_one(parts[0]))
        return 0;
    take_emoji(p, parts[0]);
    return strlen(parts[0]);
}

static gsize word_bytes(const char *text)
{
    gsize n = 0;
    while (g_ascii_isalnum(text[n]) || (text[n] == '-' && g_ascii_isalnum(text[n + 1])) ||
           (text[n] == '\'' && n && g_ascii_isalpha(text[n + 1])))
        n++;
    return n;
}

static gsize take_emoji_name(Parser *p, const char *text)
{
    gsize bytes = word_bytes(text);
    const char *emoji = NULL;
    if (bytes) {
        g_autofree char *word = g_strndup(text, bytes);
        emoji = emoji_find(word);
    } else {
        emoji = emoji_find_chinese(text, &bytes);
    }
    if (emoji)
        take_emoji(p, emoji);
    return emoji ? bytes : 0;
}

/* What the next part of the sentence is. Returns its bytes, 0 if it is not understood. */
static gsize take_part(Parser *p, const char *text)
{
    gsize style_bytes, mood_bytes, bytes, used;
    const SayStyle *style = find_style(p->v, text, FALSE, &style_bytes);
    const SayStyle *mood = find_style(p->v, text, TRUE, &mood_bytes);
    const Meaning m = lexicon_find(text, &bytes);
    if ((used = take_number(p, text)) || (used = take_emoji_here(p, text))) {
        understand(p, text, used);
        return used;
    }
    if (style && style_bytes >= bytes) {
        take_style(p, style);
        understand(p, text, style_bytes);
        return style_bytes;
    }
    if (mood && mood_bytes >= bytes && !p->mood)
        p->mood = mood;
    if (bytes && take_meaning(p, &m)) {
        if (m.kind != WORD_FILLER)
            understand(p, text, bytes);
        return bytes;
    }
    if (mood && mood_bytes >= bytes) {
        understand(p, text, mood_bytes);
        return mood_bytes;
    }
    if ((used = take_emoji_name(p, text)))
        understand(p, text, used);
    return used;
}

/* --- quotes ---------------------------------------------------------------------------------------- */

static const char *const quotes[][2] = {{"\"", "\""}, {"“", "”"}, {"‘", "’"}, {"「", "」"},
                                        {"『", "』"}, {"«", "»"}, {"'", "'"}};

/* The text in quotes at @text, and the bytes of all. NULL if there is none. */
static char *read_quote(const char *text, gsize *bytes)
{
    for (guint i = 0; i < G_N_ELEMENTS(quotes); i++) {
        const char *open = quotes[i][0], *close = quotes[i][1];
        if (!g_str_has_prefix(text, open))
            continue;
        const char *begin = text + strlen(open), *end = strstr(begin, close);
        while (end && *close == '\'' && g_ascii_isalpha(end[1])) /* an apostrophe */
            end = strstr(end + 1, close);
        if (!end)
            continue;
        *bytes = (gsize)(end - text) + strlen(close);
        return g_strndup(begin, (gsize)(end - begin));
    }
    return NULL;
}

static void take_quote(Parser *p, const char *text)
{
    g_autofree char *markup = g_markup_escape_text(text, -1);
    if (p->about == ABOUT_BUBBLE) {
        set(p, "bubble", markup);
    } else {
        set(p, "caption", markup);
        p->about = ABOUT_CAPTION;
        take_waiting_place(p);
    }
}

/* --- the sentence ---------------------------------------------------------------------------------- */

/* What was waiting for something that did not come. */
static void end_sentence_part(Parser *p)
{
    if (p->waiting)
        set(p, p->waiting, "1");
    else if (p->has_amount)
        set_number(p, "strength", p->amount);
    p->waiting = NULL;
    p->has_amount = p->no = p->has_size = FALSE;
}

static void note_unknown(Parser *p, const char *text, gsize bytes)
{
    g_string_append_printf(p->unknown, "%s%.*s", p->unknown->len ? " " : "", (int)bytes, text);
}

/* Emoji are symbols, too, but none of these. */
static gboolean is_mark(gunichar c)
{
    return g_unichar_ispunct(c) &&
           (c < 0x2190 || (c >= 0x3000 && c < 0x3030) || (c >= 0xff00 && c < 0x10000));
}

static void read_sentence(Parser *p, const char *text, const char *lower)
{
    while (*text) {
        gsize bytes = 0;
        const gunichar c = g_utf8_get_char(lower);
        g_autofree char *quote = read_quote(text, &bytes);
        if (quote) {
            take_quote(p, quote);
            understand(p, text, bytes);
        } else if (strchr(",;.!?", *text) || c == 0xff0c || c == 0x3002 || c == 0xff1b || c == 0xff01 ||
                   c == 0x3001) {
            end_sentence_part(p);
            bytes = (gsize)(g_utf8_next_char(text) - text);
        } else if (g_unichar_isspace(c) || is_mark(c)) {
            bytes = (gsize)(g_utf8_next_char(text) - text);
        } else if (!(bytes = take_part(p, lower))) {
            bytes = word_bytes(text);
            if (!bytes)
                bytes = (gsize)(g_utf8_next_char(text) - text);
            note_unknown(p, text, bytes);
        }
        text += bytes;
        lower += bytes;
    }
}

Said *say_parse(const char *sentence, const SayVocabulary *v)
{
    g_autofree char *valid = g_utf8_make_valid(sentence ? sentence : "", -1);
    if (strlen(valid) > MOST_BYTES)
        *g_utf8_find_prev_char(valid, valid + MOST_BYTES) = '\0';
    g_autofree char *lower = g_ascii_strdown(valid, -1); /* so that both have the same bytes */
    Said *said = g_new0(Said, 1);
    said->settings = g_ptr_array_new_with_free_func(g_free);
    Parser p = {.v = v,
                .said = said,
                .understood = g_string_new(NULL),
                .unknown = g_string_new(NULL),
                .emoji = g_string_new(NULL)};
    read_sentence(&p, valid, lower);
    end_sentence_part(&p);
    if (!p.styled && p.mood)
        take_style(&p, p.mood);
    if (p.emoji->len && p.rain)
        set(&p, "emoji-place", "rain");
    said->understood = g_string_free(p.understood, FALSE);
    said->unknown = g_string_free(p.unknown, FALSE);
    g_string_free(p.emoji, TRUE);
    return said;
}

void said_free(Said *said)
{
    g_ptr_array_unref(said->settings);
    g_free(said->understood);
    g_free(said->unknown);
    g_free(said);
}

const char *said_value(const Said *said, const char *property)
{
    for (guint i = 0; i < said->settings->len; i += 2)
        if (g_str_equal(said->settings->pdata[i], property))
            return said->settings->pdata[i + 1];
    return NULL;
}

char *said_settings(const Said *said)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < said->settings->len; i += 2) {
        const char *value = said->settings->pdata[i + 1];
        const gboolean plain = *value && !strpbrk(value, " \t\n'\"&<>|();$\\");
        g_auto(GStrv) parts = g_strsplit(value, "\"", -1);
        g_autofree char *quoted = g_strjoinv("\\\"", parts);
        g_string_append_printf(text, plain ? "%s%s=%s" : "%s%s=\"%s\"", i ? " " : "",
                               (char *)said->settings->pdata[i], quoted);
    }
    return g_string_free(text, FALSE);
}
