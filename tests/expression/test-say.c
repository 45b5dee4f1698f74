/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sentences and what they set. */
#include "say.h"

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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/say/sentences", test_sentences);
    g_test_add_func("/say/nonsense", test_nonsense);
    return g_test_run();
}
