/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a speaker puts into a frame: inside of it, apart, drawn once; what it refuses; how it follows. */
#include "anchor.h"
#include "lettering.h"
#include "speaker.h"

#include <math.h>
#include <string.h>

#define W 640
#define H 360

typedef struct {
    Speaker *speaker;
    Words words;
    GString *told;
    double time;
    Region region;
    IdiomExpression e;
} Talk;

static void tell(const char *what, gpointer user)
{
    g_string_append_printf(((Talk *)user)->told, "%s\n", what);
}

static void talk_init(Talk *t)
{
    *t = (Talk){.told = g_string_new(NULL)};
    t->speaker = speaker_new((Listener){tell, t});
    words_init(&t->words);
}

static void talk_clear(Talk *t)
{
    speaker_free(t->speaker);
    words_clear(&t->words);
    g_string_free(t->told, TRUE);
}

static void set(char **word, const char *text)
{
    g_free(*word);
    *word = g_strdup(text);
}

static void frame(Talk *t)
{
    Stage stage = {.width = W, .height = H, .time = t->time, .step = 0.04};
    if (t->region.width > 0)
        stage.regions[stage.n_regions++] = t->region;
    t->time += 0.04;
    speaker_set_words(t->speaker, &t->words);
    t->e = (IdiomExpression)IDIOM_EXPRESSION_INIT;
    speaker_frame(t->speaker, &stage, &t->e);
}

static void assert_told(Talk *t, const char *what)
{
    g_test_message("%s", t->told->str);
    g_assert_nonnull(strstr(t->told->str, what));
    g_string_truncate(t->told, 0);
}

static void box_of(const IdiomSprite *s, double *x0, double *y0, double *x1, double *y1)
{
    guint w, h;
    idiom_drawing_size(s->drawing, &w, &h);
    *x0 = s->x - w * s->xx / 2;
    *x1 = s->x + w * s->xx / 2;
    *y0 = s->y - h * s->yy / 2;
    *y1 = s->y + h * s->yy / 2;
}

/* Nothing is drawn again while nothing changes; what is read is inside of the frame. */
static void test_caption(void)
{
    static const char *const texts[] = {
        "Hello",
        "שלום עולם",
        "مرحبا بالعالم",
        "你好，世界。这是一个很长的句子，它必须在某个地方换行，但不能在标点之前。",
        "<b>bold</b> &amp; <i>thin</i>",
        "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl"};
    Talk t;
    talk_init(&t);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        double x0, y0, x1, y1;
        set(&t.words.caption, texts[i]);
        frame(&t);
        g_assert_cmpuint(t.e.n_sprites, ==, 2);
        g_assert_cmpuint(t.e.n_areas, ==, 1);
        const IdiomDrawing *box = t.e.sprites[0].drawing, *letters = t.e.sprites[1].drawing;
        box_of(&t.e.sprites[0], &x0, &y0, &x1, &y1);
        g_assert_true(x0 >= 0 && y0 >= 0 && x1 <= W && y1 <= H);
        frame(&t);
        g_assert_true(t.e.sprites[0].drawing == box && t.e.sprites[1].drawing == letters);
        g_assert_cmpstr(t.told->str, ==, "");
    }
    set(&t.words.caption, "");
    frame(&t);
    g_assert_cmpuint(t.e.n_sprites, ==, 0);
    g_assert_false(speaker_speaks(t.speaker));
    talk_clear(&t);
}

/* Its opacity in the frame after @seen. */
static double opacity_after(Talk *t, const IdiomLight *light)
{
    const IdiomObservation seen = {.struct_size = sizeof seen, .n_lights = 1, .lights = {*light}};
    speaker_learn(t->speaker, &seen);
    frame(t);
    return t->e.sprites[0].opacity;
}

/* The box becomes as opaque as what is behind it needs, slowly, then stays, and flashes do not make it flicker. */
static void test_contrast(void)
{
    const IdiomLight night = {0.01, 0, 0.02}, snow = {0.9, 0.8, 1};
    Talk t;
    talk_init(&t);
    g_auto(Hand) hand = {0};
    hand_init(&hand);
    hand.ink = (Colour){1, 1, 1};
    hand.paper = (Colour){0.33, 0.33, 0.33}; /* snow needs more of it */
    speaker_set_hand(t.speaker, &hand);
    set(&t.words.caption, "Hello");
    frame(&t);
    for (guint i = 0; i < 100; i++)
        opacity_after(&t, &night);
    const double at_night = t.e.sprites[0].opacity;
    double last = at_night;
    for (guint i = 0; i < 100; i++) {
        const double opacity = opacity_after(&t, &snow);
        g_assert_cmpfloat(opacity, >=, last);
        g_assert_cmpfloat(opacity - last, <, 0.021);
        last = opacity;
    }
    const double on_snow = last;
    g_assert_cmpfloat(on_snow, >, at_night);
    const double grey = 0.33 * on_snow + 1 - on_snow;
    g_assert_cmpfloat(contrast(1, colour_luminance((Colour){grey, grey, grey})), >, 4.5);
    for (guint i = 0; i < 200; i++)
        g_assert_cmpfloat(opacity_after(&t, i % 7 ? &night : &snow), ==, on_snow);
    for (guint i = 0; i < 200; i++)
        last = opacity_after(&t, &night);
    g_assert_cmpfloat(last, ==, at_night);
    talk_clear(&t);
}

static void test_refused(void)
{
    Talk t;
    talk_init(&t);
    set(&t.words.caption, "good");
    frame(&t);
    const IdiomDrawing *good = t.e.sprites[1].drawing;
    set(&t.words.caption, "<b>never closed");
    frame(&t);
    assert_told(&t, "caption");
    g_assert_true(t.e.sprites[1].drawing == good); /* the old one stays */
    frame(&t);
    g_assert_cmpstr(t.told->str, ==, ""); /* said once */
    set(&t.words.caption, "bad \xff\xfe");
    frame(&t);
    assert_told(&t, "UTF-8");
    set(&t.words.caption, "a\x01\x02 b");
    frame(&t);
    assert_told(&t, "control characters");
    g_autofree char *megabyte = g_strnfill(1 << 20, 'x');
    set(&t.words.caption, megabyte);
    frame(&t);
    assert_told(&t, "limit is 2000");
    set(&t.words.caption, "\xf3\xb0\x80\x81"); /* a character for private use that no font has */
    frame(&t);
    assert_told(&t, "no font");
    set(&t.words.caption, NULL);
    set(&t.words.emoji, "gloop");
    frame(&t);
    assert_told(&t, "heart");
    set(&t.words.emoji, "/nowhere/at-all.png");
    frame(&t);
    assert_told(&t, "/nowhere/at-all.png");
    set(&t.words.emoji, "/nowhere/at-all.svg");
    frame(&t);
    assert_told(&t, "/nowhere/at-all.svg");
    set(&t.words.emoji_place, "7,9");
    frame(&t);
    assert_told(&t, "emoji-place");
    set(&t.words.bubble_anchor, "no such place;");
    frame(&t);
    assert_told(&t, "anchor 'no such place'");
    g_assert_cmpuint(t.e.n_sprites, ==, 0);
    talk_clear(&t);
}

static void test_emoji(void)
{
    Talk t;
    talk_init(&t);
    set(&t.words.emoji, "heart ⭐");
    frame(&t);
    g_assert_cmpuint(t.e.n_sprites, ==, 2);
    set(&t.words.emoji_place, "rain");
    frame(&t);
    g_assert_cmpuint(t.e.n_sprites, >, 10);
    g_assert_cmpstr(t.told->str, ==, "");
    talk_clear(&t);
}

/* Bubbles keep inside of the frame, off each other and off the caption. */
static void test_apart(void)
{
    static const char *const anchors[] = {"0.5,0.5;0.55,0.5", "0,0;1,1", "0.98,0.02;0.5,0.95",
                                          "0.1,0.6;0.15,0.65"};
    Talk t;
    talk_init(&t);
    set(&t.words.caption, "A caption");
    set(&t.words.bubble, "Hello there!||And who are you?");
    for (guint k = 0; k < G_N_ELEMENTS(anchors); k++) {
        double a[4], b[4], c[4];
        set(&t.words.bubble_anchor, anchors[k]);
        for (guint i = 0; i < 80; i++)
            frame(&t);
        const IdiomSprite *s = t.e.sprites;
        const guint n = t.e.n_sprites;
        guint first = 2; /* balloons are the largest after the caption */
        for (guint i = 3; i < n - 1; i++)
            if (s[i].wobble > 0)
                first = i;
        box_of(&s[2], &a[0], &a[1], &a[2], &a[3]);
        box_of(&s[first], &b[0], &b[1], &b[2], &b[3]);
        box_of(&s[0], &c[0], &c[1], &c[2], &c[3]);
        g_assert_true(a[0] >= 0 && a[1] >= 0 && a[2] <= W && a[3] <= H);
        g_assert_true(b[0] >= 0 && b[1] >= 0 && b[2] <= W && b[3] <= H);
        g_assert_true(a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1]);
        g_assert_true(a[3] <= c[1] || a[2] <= c[0] || a[0] >= c[2]);
    }
    talk_clear(&t);
}

/* A region that moves and is only seen now and then: between, the anchor goes on as the scene moves. */
static void test_follow(void)
{
    Anchor anchor = {0};
    g_assert_true(anchor_parse(&anchor, "face", 0, NULL));
    double worst = 0;
    for (guint i = 0; i < 125; i++) {
        const double x = 200 + 180 * sin(i * 0.04), y = 150 + 40 * sin(i * 0.07);
        const double dx = x - (200 + 180 * sin((i - 1.0) * 0.04)),
                     dy = y - (150 + 40 * sin((i - 1.0) * 0.07));
        Stage stage = {.width = W, .height = H, .time = i * 0.04, .step = 0.04};
        Scene scene = {0};
        if (i % 5 == 0)
            stage.regions[stage.n_regions++] = (Region){"face", 1, x - 40 + (i % 3), y - 50, 80, 100};
        stage.regions[stage.n_regions++] = (Region){"tree", 2, 500, 100, 100, 100};
        anchor_update(&anchor, &stage, &scene);
        g_assert_cmpuint(scene.n_points, ==, 1);
        worst = fmax(worst, hypot(anchor.x - x, anchor.y - y));
        anchor_learn(&anchor, &(IdiomMove){dx, dy, 0.9});
    }
    g_test_message("off by %g pixels at most", worst);
    g_assert_cmpfloat(worst, <, 0.02 * W);
    anchor_clear(&anchor);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/speaker/caption", test_caption);
    g_test_add_func("/speaker/contrast", test_contrast);
    g_test_add_func("/speaker/refused", test_refused);
    g_test_add_func("/speaker/emoji", test_emoji);
    g_test_add_func("/speaker/apart", test_apart);
    g_test_add_func("/speaker/follow", test_follow);
    return g_test_run();
}
