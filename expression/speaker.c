/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "speaker.h"

#include "bubble.h"
#include "caption.h"
#include "lettering.h"
#include "sheet.h"
#include "sticker.h"

#include <string.h>

#define MAX_BUBBLES 4

struct Speaker {
    Listener listener;
    Words words;
    char *text; /* timed; NULL for none */
    gboolean text_is_markup;
    Hand hand;
    guint width, height; /* what the drawings are for */

    /* to be drawn again before the next frame */
    gboolean new_caption, new_bubbles, new_anchors, new_stickers, new_place;

    Caption caption;
    Bubble bubbles[MAX_BUBBLES];
    guint n_bubbles;
    Stickers stickers;
    Scene scene;
};

static void tell(const Speaker *s, const char *what)
{
    if (s->listener.tell)
        s->listener.tell(what, s->listener.user);
}

static void tell_error(const Speaker *s, const char *of, const GError *error)
{
    g_autofree char *what = g_strdup_printf("%s: %s", of, error->message);
    tell(s, what);
}

Speaker *speaker_new(Listener listener)
{
    Speaker *s = g_new0(Speaker, 1);
    s->listener = listener;
    words_init(&s->words);
    hand_init(&s->hand);
    stickers_set_place(&s->stickers, NULL, NULL);
    for (guint i = 0; i < MAX_BUBBLES; i++)
        anchor_parse(&s->bubbles[i].anchor, NULL, i, NULL);
    return s;
}

static void clear_bubbles(Speaker *s)
{
    for (guint i = 0; i < s->n_bubbles; i++) {
        bubble_clear(&s->bubbles[i]);
        s->bubbles[i].placed = FALSE;
    }
    s->n_bubbles = 0;
}

void speaker_free(Speaker *s)
{
    if (!s)
        return;
    caption_clear(&s->caption);
    clear_bubbles(s);
    for (guint i = 0; i < MAX_BUBBLES; i++)
        anchor_clear(&s->bubbles[i].anchor);
    stickers_clear(&s->stickers);
    anchor_clear(&s->stickers.anchor);
    words_clear(&s->words);
    hand_clear(&s->hand);
    g_free(s->text);
    g_free(s);
}

/* --- what is to be said ---------------------------------------------------------------------------- */

static gboolean is_set(const char *text)
{
    return text && *text;
}

void speaker_set_words(Speaker *s, const Words *words)
{
    const Words *old = &s->words;
    s->new_caption |= g_strcmp0(old->caption, words->caption) || old->caption_size != words->caption_size;
    s->new_bubbles |= g_strcmp0(old->bubble, words->bubble) || old->bubble_size != words->bubble_size ||
                      old->bubble_kind != words->bubble_kind;
    s->new_anchors |= g_strcmp0(old->bubble_anchor, words->bubble_anchor) != 0;
    s->new_stickers |= g_strcmp0(old->emoji, words->emoji) || old->emoji_size != words->emoji_size;
    s->new_place |= g_strcmp0(old->emoji_place, words->emoji_place) != 0;
    words_copy(&s->words, words);
}

/* Ink that can be read on the paper, whatever the style's colours are. */
static void make_readable(Hand *hand)
{
    const gboolean dark = colour_luminance(hand->ink) < colour_luminance(hand->paper);
    for (guint i = 0; i < 40; i++) {
        if (contrast(colour_luminance(hand->ink), colour_luminance(hand->paper)) >= 7.5)
            return;
        hand->ink = colour_mix(hand->ink, dark ? (Colour){0, 0, 0} : (Colour){1, 1, 1}, 0.15);
        if (i > 4)
            hand->paper = colour_mix(hand->paper, dark ? (Colour){1, 1, 1} : (Colour){0, 0, 0}, 0.15);
    }
}

void speaker_set_hand(Speaker *s, const Hand *hand)
{
    g_autofree char *json = hand_write(hand);
    hand_clear(&s->hand);
    hand_init(&s->hand);
    hand_read(&s->hand, json, NULL);
    make_readable(&s->hand);
    s->new_caption = s->new_bubbles = s->new_stickers = TRUE;
}

void speaker_set_text(Speaker *s, const char *text, gboolean markup)
{
    if (g_strcmp0(s->text, text) == 0 && s->text_is_markup == markup)
        return;
    g_free(s->text);
    s->text = g_strdup(text);
    s->text_is_markup = markup;
    s->new_caption = TRUE;
}

gboolean speaker_speaks(const Speaker *s)
{
    return is_set(s->words.caption) || is_set(s->text) || is_set(s->words.bubble) || is_set(s->words.emoji);
}

void speaker_forget(Speaker *s)
{
    for (guint i = 0; i < MAX_BUBBLES; i++) {
        Bubble *b = &s->bubbles[i];
        b->placed = b->anchor.known = b->anchor.found = FALSE;
    }
    s->stickers.anchor.known = s->stickers.anchor.found = FALSE;
}

/* --- drawing --------------------------------------------------------------------------------------- */

/* Text that can be drawn, or NULL after somebody has been told why not. */
static char *clean(const Speaker *s, const char *of, const char *text, gboolean markup)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *note = NULL;
    char *result = lettering_clean(text, markup, &note, &error);
    if (error)
        tell_error(s, of, error);
    if (note) {
        g_autofree char *what = g_strdup_printf("%s: %s", of, note);
        tell(s, what);
    }
    return result;
}

static void check_fonts(const Speaker *s, const char *of, gboolean complete)
{
    g_autofree char *what = complete ? NULL : g_strdup_printf("%s: no font has some of its characters", of);
    if (what)
        tell(s, what);
}

static void draw_caption(Speaker *s)
{
    const gboolean timed = is_set(s->text);
    const char *text = timed ? s->text : s->words.caption, *of = timed ? "text" : "caption";
    s->new_caption = FALSE;
    if (!is_set(text)) {
        caption_clear(&s->caption);
        return;
    }
    g_autofree char *seen = clean(s, of, text, timed ? s->text_is_markup : TRUE);
    if (seen && !*seen)
        caption_clear(&s->caption);
    else if (seen)
        check_fonts(s, of,
                    caption_draw(&s->caption, &s->hand, seen, s->words.caption_size, s->width, s->height));
}

static void draw_bubbles(Speaker *s)
{
    g_auto(GStrv) texts = g_strsplit(s->words.bubble ? s->words.bubble : "", "||", MAX_BUBBLES);
    char *seen[MAX_BUBBLES] = {0};
    guint n = 0;
    gboolean ok = TRUE;
    s->new_bubbles = FALSE;
    for (guint i = 0; texts[i] && ok; i++)
        if (*g_strstrip(texts[i]))
            ok = (seen[n++] = clean(s, "bubble", texts[i], TRUE)) != NULL;
    for (guint i = 0; ok && i < s->n_bubbles; i++)
        bubble_clear(&s->bubbles[i]);
    for (guint i = 0; i < n; i++) {
        if (ok)
            check_fonts(s, "bubble",
                        bubble_draw(&s->bubbles[i], &s->hand, seen[i], s->words.bubble_kind,
                                    s->words.bubble_size, s->width, s->height));
        g_free(seen[i]);
    }
    if (ok)
        s->n_bubbles = n;
}

static void find_anchors(Speaker *s)
{
    g_auto(GStrv) places = g_strsplit(s->words.bubble_anchor ? s->words.bubble_anchor : "", ";", MAX_BUBBLES);
    const guint n = g_strv_length(places);
    s->new_anchors = FALSE;
    for (guint i = 0; i < MAX_BUBBLES; i++) {
        g_autoptr(GError) error = NULL;
        const char *place = i < n ? places[i] : n == 1 ? places[0] : NULL;
        if (!anchor_parse(&s->bubbles[i].anchor, place, i, &error) && i < n)
            tell_error(s, "bubble-anchor", error);
    }
}

static void draw_stickers(Speaker *s)
{
    g_autoptr(GError) error = NULL;
    s->new_stickers = FALSE;
    if (!is_set(s->words.emoji))
        stickers_clear(&s->stickers);
    else if (!stickers_draw(&s->stickers, &s->hand, s->words.emoji, s->words.emoji_size, s->height, &error))
        tell_error(s, "emoji", error);
}

static void place_stickers(Speaker *s)
{
    g_autoptr(GError) error = NULL;
    s->new_place = FALSE;
    if (!stickers_set_place(&s->stickers, s->words.emoji_place, &error))
        tell_error(s, "emoji-place", error);
}

static void draw(Speaker *s, const Stage *stage)
{
    if (s->width != stage->width || s->height != stage->height) {
        s->width = stage->width;
        s->height = stage->height;
        s->new_caption = s->new_bubbles = s->new_stickers = TRUE;
        speaker_forget(s);
    }
    if (s->new_caption)
        draw_caption(s);
    if (s->new_anchors)
        find_anchors(s);
    if (s->new_bubbles)
        draw_bubbles(s);
    if (s->new_place)
        place_stickers(s);
    if (s->new_stickers)
        draw_stickers(s);
}

/* --- frames ---------------------------------------------------------------------------------------- */

void speaker_frame(Speaker *s, const Stage *stage, IdiomExpression *e)
{
    Scene *scene = &s->scene;
    draw(s, stage);
    scene->n_sprites = scene->n_areas = scene->n_points = scene->n_taken = 0;
    const gboolean rain = s->stickers.n && s->stickers.mode == STICKER_RAIN;
    if (s->stickers.n && s->stickers.mode == STICKER_ANCHORED)
        anchor_update(&s->stickers.anchor, stage, scene);
    if (rain) /* behind what is to be read */
        stickers_place(&s->stickers, stage, scene);
    if (s->caption.letters)
        caption_place(&s->caption, stage, s->words.caption_position, scene);
    if (s->stickers.n && !rain)
        stickers_place(&s->stickers, stage, scene);
    for (guint i = 0; i < s->n_bubbles; i++) {
        anchor_update(&s->bubbles[i].anchor, stage, scene);
        bubble_place(&s->bubbles[i], stage, scene);
    }
    e->sprites = scene->sprites;
    e->n_sprites = scene->n_sprites;
    e->areas = scene->areas;
    e->n_areas = scene->n_areas;
    e->points = scene->points;
    e->n_points = scene->n_points;
}

static void learn_anchor(Anchor *anchor, const IdiomObservation *seen)
{
    if (anchor->point >= 0 && (guint)anchor->point < seen->n_moves)
        anchor_learn(anchor, &seen->moves[anchor->point]);
}

void speaker_learn(Speaker *s, const IdiomObservation *seen)
{
    if (s->caption.letters && s->caption.area >= 0 && (guint)s->caption.area < seen->n_lights)
        caption_learn(&s->caption, &seen->lights[s->caption.area]);
    if (s->stickers.n && s->stickers.mode == STICKER_ANCHORED)
        learn_anchor(&s->stickers.anchor, seen);
    for (guint i = 0; i < s->n_bubbles; i++)
        learn_anchor(&s->bubbles[i].anchor, seen);
}
