/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sentences and what they set. */
#include "hand.h"
#include "lettering.h"
#include "say.h"

#include <idiom/style.h>
#include <string.h>

static const struct {
    const char *sentence, *settings, *unknown;
} sentences[] = {
    {"a calm great wave, half strength, with the caption 'Guten Morgen' at the bottom and a heart",
     "temporal=1 style=painters mix=great-wave strength=0.5 caption=\"Guten Morgen\" caption-position=bottom "
     "emoji=❤️",
     ""},
    {"Starry Night", "style=starry-night", ""},
    {"starry-night at 70%", "style=starry-night strength=0.7", ""},
    {"strength 30 percent, van gogh", "strength=0.3 style=starry-night", ""},
    {"something happy", "style=candy", ""},
    {"comic with strong lines and raining hearts", "style=comic line=1 emoji=❤️ emoji-place=rain", ""},
    {"a rain of stars", "emoji=⭐ emoji-place=rain", ""},
    {"rain princess", "style=rain-princess", ""},
    {"large strokes, no colour", "stroke-size=1.8 colour=0", ""},
    {"strokes small", "stroke-size=0.6", ""},
    {"candy without lines and half tones", "style=candy line=0 tones=0.5", ""},
    {"she says \"Don't go\"", "bubble-kind=speech bubble=\"Don&apos;t go\"", "she"},
    {"he thinks 'What is for lunch?' over the face",
     "bubble-kind=thought bubble=\"What is for lunch?\" bubble-anchor=auto", "he"},
    {"it shouts “STOP”", "bubble-kind=shout bubble=STOP", ""},
    {"'only quoted'", "caption=\"only quoted\"", ""},
    {"caption \"a < b\" at the top", "caption=\"a &lt; b\" caption-position=top", ""},
    {"a star at the top left", "emoji=⭐ emoji-place=top-left", ""},
    {"😀🎉 in the bottom right corner", "emoji=😀🎉 emoji-place=bottom-right", ""},
    {"a big heart on the face", "emoji=❤️ emoji-size=25.2 emoji-place=auto", ""},
    {"no caption, no emoji", "caption=\"\" emoji=\"\"", ""},
    {"clear everything", "caption=\"\" bubble=\"\" emoji=\"\"", ""},
    {"the original picture", "style=none", ""},
    {"用星空风格，强度一半，字幕写着「早上好」在下方，加一颗红心",
     "style=starry-night strength=0.5 caption=早上好 caption-position=bottom emoji=❤️", ""},
    {"请画成漫画，百分之七十强度，下爱心雨", "style=comic strength=0.7 emoji=❤️ emoji-place=rain", ""},
    {"星空，三成", "style=starry-night strength=0.3", ""},
    {"百分之八的线条", "line=0.08", ""},
    {"他说“你好”", "bubble-kind=speech bubble=你好", "他"},
    {"不要字幕", "caption=\"\"", ""},
    {"粗笔触，没有颜色", "stroke-size=1.8 colour=0", ""},
    {"左上一颗星星", "emoji=⭐ emoji-place=top-left", ""},
    {"fro bnicate the whatsit", "", "fro bnicate whatsit"},
    {"", "", ""},
    {"'never closed", "", "never closed"},
    {"%%% ,,, 100000000000000000000%", "strength=1", ""},
};

static SayVocabulary *make_vocabulary(void)
{
    SayVocabulary *v = say_vocabulary_new();
    say_vocabulary_add(v, "starry-night", NULL, (const char *const[]){"van gogh", "星空", NULL}, NULL);
    say_vocabulary_add(v, "candy", NULL, NULL, (const char *const[]){"happy", NULL});
    say_vocabulary_add(v, "comic", NULL, (const char *const[]){"漫画", NULL}, NULL);
    say_vocabulary_add(v, "rain-princess", NULL, NULL, NULL);
    say_vocabulary_add(v, "painters", NULL, NULL, NULL);
    say_vocabulary_add(v, "painters", "great-wave", NULL, NULL);
    return v;
}

static void test_sentences(void)
{
    g_autoptr(SayVocabulary) v = make_vocabulary();
    for (guint i = 0; i < G_N_ELEMENTS(sentences); i++) {
        g_autoptr(Said) said = say_parse(sentences[i].sentence, v);
        g_autofree char *settings = said_settings(said);
        g_test_message("%s", sentences[i].sentence);
        g_assert_cmpstr(settings, ==, sentences[i].settings);
        g_assert_cmpstr(said->unknown, ==, sentences[i].unknown);
    }
}

/* Anything at all, cut anywhere: an answer, and the same one again. */
static void test_nonsense(void)
{
    g_autoptr(SayVocabulary) v = make_vocabulary();
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    for (guint i = 0; i < 400; i++) {
        const char *sentence = sentences[i % G_N_ELEMENTS(sentences)].sentence;
        char text[300];
        gsize n = MIN(strlen(sentence), sizeof text - 1);
        memcpy(text, sentence, n);
        text[n] = '\0';
        for (guint k = 0; n && k < 3; k++)
            text[g_rand_int_range(random, 0, (gint32)n)] = (char)g_rand_int_range(random, 1, 256);
        g_autoptr(Said) a = say_parse(text, v);
        g_autoptr(Said) b = say_parse(text, v);
        g_autofree char *first = said_settings(a), *second = said_settings(b);
        g_assert_cmpstr(first, ==, second);
        g_assert_true(g_utf8_validate(first, -1, NULL));
    }
    g_autofree char *long_one = g_strnfill(1 << 20, 'x');
    g_autoptr(Said) said = say_parse(long_one, v);
    g_assert_cmpuint(said->settings->len, ==, 0);
    g_autoptr(Said) none = say_parse(NULL, v);
    g_assert_cmpuint(none->settings->len, ==, 0);
}

/* --- sentences made by chance ---------------------------------------------------------------------- */

static const char *const parts[] = {"a",
                                    "calm",
                                    "great wave",
                                    "starry-night",
                                    "van gogh",
                                    "half",
                                    "strength",
                                    "30%",
                                    "70 percent",
                                    "1e9",
                                    "-3",
                                    "caption",
                                    "'Guten <Morgen>'",
                                    "\"it's\"",
                                    "“quoted”",
                                    "says",
                                    "thinks",
                                    "shouts",
                                    "bubble",
                                    "heart",
                                    "stars",
                                    "😀",
                                    "🇩🇪",
                                    "raining",
                                    "at the top left",
                                    "bottom",
                                    "on the face",
                                    "no",
                                    "without",
                                    "lines",
                                    "tones",
                                    "very",
                                    "large",
                                    "strokes",
                                    "clear everything",
                                    "original",
                                    "zork",
                                    ",",
                                    "and",
                                    "&",
                                    "<b>",
                                    "||",
                                    ";",
                                    "=",
                                    "'",
                                    "用星空风格",
                                    "强度一半",
                                    "百分之七十",
                                    "字幕写着「早上好」",
                                    "在下方",
                                    "加一颗红心",
                                    "下雨",
                                    "不要",
                                    "气泡",
                                    "左上",
                                    "说",
                                    "想着",
                                    "漫画",
                                    "三成",
                                    "大",
                                    "『未完",
                                    "。",
                                    "，",
                                    "\n",
                                    "\t",
                                    "transparent",
                                    "painted words"};

static void assert_between(const char *value, double least, double most)
{
    char *end;
    const double number = g_ascii_strtod(value, &end);
    g_assert_true(end != value && !*end && number >= least && number <= most);
}

/* Whether the element takes it. */
static void assert_setting(const char *property, const char *value)
{
    static const char *const amounts[] = {"strength", "temporal", "colour", "line", "tones", NULL};
    static const char *const markup[] = {"caption", "bubble", NULL};
    static const char *const others[] = {"style",
                                         "mix",
                                         "emoji",
                                         "emoji-place",
                                         "bubble-anchor",
                                         "bubble-kind",
                                         "background",
                                         "caption-position",
                                         "background",
                                         "expression-stage",
                                         NULL};
    g_test_message("%s=%s", property, value);
    g_assert_true(g_utf8_validate(value, -1, NULL));
    if (g_strv_contains(amounts, property)) {
        assert_between(value, 0, 1);
    } else if (g_str_equal(property, "stroke-size")) {
        assert_between(value, 0.25, 4);
    } else if (g_str_equal(property, "emoji-size")) {
        assert_between(value, 1, 100);
    } else if (g_str_equal(property, "caption-size") || g_str_equal(property, "bubble-size")) {
        assert_between(value, 1, 30);
    } else if (g_strv_contains(markup, property)) {
        g_autoptr(GError) error = NULL;
        g_autofree char *note = NULL, *clean = lettering_clean(value, TRUE, &note, &error);
        g_assert_no_error(error);
        g_assert_nonnull(clean);
    } else {
        g_assert_true(g_strv_contains(others, property));
    }
}

/* Words of both languages in any order: always an answer that the element takes, and the same again. */
static void test_by_chance(void)
{
    g_autoptr(SayVocabulary) v = make_vocabulary();
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (guint i = 0; i < 3000; i++) {
        g_autoptr(GString) sentence = g_string_new(NULL);
        for (gint32 n = g_rand_int_range(random, 0, 14); n > 0; n--)
            g_string_append_printf(sentence, "%s%s", parts[g_rand_int_range(random, 0, G_N_ELEMENTS(parts))],
                                   g_rand_int_range(random, 0, 4) ? " " : "");
        g_autoptr(Said) said = say_parse(sentence->str, v);
        g_autoptr(Said) again = say_parse(sentence->str, v);
        g_autofree char *first = said_settings(said), *second = said_settings(again);
        g_test_message("%s", sentence->str);
        g_assert_cmpstr(first, ==, second);
        g_assert_true(g_utf8_validate(said->understood, -1, NULL) &&
                      g_utf8_validate(said->unknown, -1, NULL));
        for (guint k = 0; k < said->settings->len; k += 2)
            assert_setting(said->settings->pdata[k], said->settings->pdata[k + 1]);
    }
}

/* --- the styles that are shipped ------------------------------------------------------------------- */

static gboolean has_word(char **words, const char *word)
{
    return words && g_strv_contains((const char *const *)words, word);
}

/* FALSE if it is spoken of by the pictures that it reads. */
static gboolean read_hand(Hand *hand, const char *style)
{
    g_autofree char *path = idiom_style_find(style, NULL);
    g_autoptr(IdiomStyle) file = idiom_style_load(path, NULL);
    hand_init(hand);
    g_assert_nonnull(file);
    g_assert_true(hand_read(hand, g_hash_table_lookup(idiom_style_metadata(file), "expression"), NULL));
    return !idiom_style_reads(file);
}

/* @word calls @style, or another one that has that word too. */
static void assert_calls(const SayVocabulary *v, const char *format, const char *word, const char *style)
{
    g_autofree char *sentence = g_strdup_printf(format, word);
    g_autoptr(Said) said = say_parse(sentence, v);
    const char *called = said_value(said, "style");
    g_auto(Hand) hand = {0};
    g_test_message("%s: %s, not understood: %s", sentence, called, said->unknown);
    g_assert_nonnull(called);
    g_assert_cmpstr(said->unknown, ==, "");
    read_hand(&hand, called);
    g_assert_true(g_str_equal(called, style) || has_word(hand.aliases, word) || has_word(hand.moods, word));
}

static void test_shipped(void)
{
    g_autoptr(SayVocabulary) v = say_vocabulary_installed();
    g_auto(GStrv) styles = idiom_style_list();
    g_assert_cmpuint(g_strv_length(styles), >=, 10);
    for (guint i = 0; styles[i]; i++) {
        g_auto(Hand) hand = {0};
        if (!read_hand(&hand, styles[i]))
            continue;
        assert_calls(v, "%s", styles[i], styles[i]);
        assert_calls(v, "please make it look like %s, with half strength", styles[i], styles[i]);
        g_assert_nonnull(hand.aliases[0]);
        g_assert_nonnull(hand.moods[0]);
        for (guint k = 0; hand.aliases[k]; k++) {
            assert_calls(v, "%s", hand.aliases[k], styles[i]);
            assert_calls(v, g_ascii_isalpha(hand.aliases[k][0]) ? "a %s picture" : "用%s风格",
                         hand.aliases[k], styles[i]);
        }
        for (guint k = 0; hand.moods[k]; k++)
            assert_calls(v, g_ascii_isalpha(hand.moods[k][0]) ? "something %s" : "%s的画面", hand.moods[k],
                         styles[i]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/say/sentences", test_sentences);
    g_test_add_func("/say/nonsense", test_nonsense);
    g_test_add_func("/say/by-chance", test_by_chance);
    g_test_add_func("/say/shipped", test_shipped);
    return g_test_run();
}
