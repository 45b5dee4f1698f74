/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lexicon.h"

#include <string.h>

static const struct {
    const char *phrases; /* separated by | */
    Meaning meaning;
} lexicon[] = {
    {"a|an|and|the|with|of|in|on|at|to|it|is|as|please|make|made|show|put|add|like|style|styles|painting|"
     "painted|"
     "picture|video|look|looks|looking|me|my|that|this|some|by|for|set|give|want|i|us|be|let|into|turn|use|"
     "using|"
     "corner|side|above|over|below|under|there|then|also|one|font|word|words|would|something|manner|way|"
     "的|和|与|一个|一颗|一只|一朵|一些|用|请|把|变成|画成|风格|样子|加上|加|在|给|我|我的|要|是|并|并且|"
     "以及|带|带有|里|"
     "角|处|让|它|画面|视频|图片|画|作为|做|像|那样|有|一张|颗|个|幅",
     {WORD_FILLER, NULL, 0}},
    {"no|without|not|remove|hide|drop|无|没有|不要|去掉|不", {WORD_NO, NULL, 0}},
    {"half|halfway|一半|半", {WORD_AMOUNT, NULL, 0.5}},
    {"full|fully|whole|strong|strongly|very|maximum|max|全部|完全|强烈|很|满", {WORD_AMOUNT, NULL, 1}},
    {"quarter|a quarter|四分之一", {WORD_AMOUNT, NULL, 0.25}},
    {"three quarters|四分之三", {WORD_AMOUNT, NULL, 0.75}},
    {"a little|little|slight|slightly|subtle|faint|weak|light|lightly|a "
     "bit|bit|轻微|淡淡|一点|稍微|微弱|轻轻",
     {WORD_AMOUNT, NULL, 0.3}},
    {"medium|moderate|中等", {WORD_AMOUNT, NULL, 0.6}},
    {"一成", {WORD_AMOUNT, NULL, 0.1}},
    {"两成|二成", {WORD_AMOUNT, NULL, 0.2}},
    {"三成", {WORD_AMOUNT, NULL, 0.3}},
    {"四成", {WORD_AMOUNT, NULL, 0.4}},
    {"五成", {WORD_AMOUNT, NULL, 0.5}},
    {"六成", {WORD_AMOUNT, NULL, 0.6}},
    {"七成", {WORD_AMOUNT, NULL, 0.7}},
    {"八成", {WORD_AMOUNT, NULL, 0.8}},
    {"九成", {WORD_AMOUNT, NULL, 0.9}},
    {"strength|intensity|effect|强度|力度|程度", {WORD_THING, "strength", 0}},
    {"line|lines|contour|contours|outline|outlines|线条|轮廓|线", {WORD_THING, "line", 0}},
    {"tones|tone|posterized|posterize|flat colours|flat colors|色阶|色调", {WORD_THING, "tones", 0}},
    {"colour|color|colours|colors|颜色|色彩", {WORD_THING, "colour", 0}},
    {"smoothing|steadiness|smooth|平滑|稳定", {WORD_THING, "temporal", 0}},
    {"stroke|strokes|brush|brushes|brushstrokes|笔触|笔画", {WORD_STROKES, NULL, 0}},
    {"large|big|huge|broad|coarse|大|粗", {WORD_SIZE, NULL, 1.8}},
    {"small|fine|tiny|thin|小|细", {WORD_SIZE, NULL, 0.6}},
    {"caption|captions|text|title|subtitle|subtitles|saying|writing|written|字幕|文字|标题|写着|写上|写",
     {WORD_CAPTION, NULL, 0}},
    {"bubble|bubbles|speech bubble|says|say|said|speaks|speech|气泡|对话框|说|说道",
     {WORD_BUBBLE, "speech", 0}},
    {"thought|thought bubble|thinks|thinking|think|想|想着|心想", {WORD_BUBBLE, "thought", 0}},
    {"shout|shouts|shouting|yells|screams|喊|大喊|叫", {WORD_BUBBLE, "shout", 0}},
    {"emoji|emojis|sticker|stickers|表情|贴纸", {WORD_EMOJI, NULL, 0}},
    {"raining|rain|falling|下雨|雨|飘落|飘着|下|落下", {WORD_RAIN, NULL, 0}},
    {"top left|upper left|左上", {WORD_PLACE, "top-left", 0}},
    {"top right|upper right|右上", {WORD_PLACE, "top-right", 0}},
    {"bottom left|lower left|左下", {WORD_PLACE, "bottom-left", 0}},
    {"bottom right|lower right|右下", {WORD_PLACE, "bottom-right", 0}},
    {"top|上方|上面|顶部|上边", {WORD_PLACE, "top", 0}},
    {"bottom|下方|下面|底部|下边", {WORD_PLACE, "bottom", 0}},
    {"left|左边|左侧", {WORD_PLACE, "left", 0}},
    {"right|右边|右侧", {WORD_PLACE, "right", 0}},
    {"middle|center|centre|中间|中央", {WORD_PLACE, "middle", 0}},
    {"face|faces|head|脸|脸上|头上|人脸", {WORD_FACE, NULL, 0}},
    {"calm|quiet|steady|still|peaceful|平静|安静|宁静", {WORD_MANNER, "temporal=1", 0}},
    {"lively|restless|nervous|flickering|活泼|躁动", {WORD_MANNER, "temporal=0.3", 0}},
    {"grey|gray|colourless|colorless|natural colours|natural colors|原色", {WORD_MANNER, "colour=0", 0}},
    {"transparent|透明", {WORD_MANNER, "background=transparent", 0}},
    {"everything|all|nothing|clear|全都|清空|清除", {WORD_ALL, NULL, 0}},
    {"none|original|unpainted|real|source|原图|原样|原画", {WORD_SOURCE, NULL, 0}},
    {"painted text|painted words|painted in", {WORD_BEFORE, NULL, 0}},
};

static gboolean is_letter(char c)
{
    return g_ascii_isalnum(c) || c == '\'';
}

Meaning lexicon_find(const char *text, gsize *bytes)
{
    Meaning found = {WORD_UNKNOWN, NULL, 0};
    *bytes = 0;
    for (guint i = 0; i < G_N_ELEMENTS(lexicon); i++)
        for (const char *p = lexicon[i].phrases; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL) {
            const gsize length = strcspn(p, "|");
            if (length > *bytes && strncmp(text, p, length) == 0 &&
                !(is_letter(p[length - 1]) && is_letter(text[length]))) {
                *bytes = length;
                found = lexicon[i].meaning;
            }
        }
    return found;
}
