/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "emoji.h"

#include <pango/pango.h>
#include <string.h>

static const struct {
    const char *emoji, *names, *chinese; /* names are separated by commas */
} table[] = {
    {"❤️", "heart,love", "红心,爱心,心"},
    {"😀", "smile,smiley,grin", "笑脸,微笑"},
    {"😂", "laugh,joy,lol", "笑哭,大笑"},
    {"😍", "hearteyes,adore", "色,花痴"},
    {"😢", "cry,sad,tear", "哭,难过"},
    {"😮", "surprise,wow", "惊讶"},
    {"😎", "cool,sunglasses", "酷"},
    {"😡", "angry", "生气,愤怒"},
    {"😴", "sleepy,sleep", "睡觉,困"},
    {"🤔", "thinking,hmm", "思考"},
    {"👍", "thumbsup,like,ok", "赞,点赞"},
    {"👎", "thumbsdown,dislike", "踩"},
    {"👏", "clap,applause", "鼓掌"},
    {"🙏", "thanks,pray,please", "谢谢,祈祷"},
    {"👋", "wave,hello,bye", "挥手"},
    {"💪", "strong,muscle", "加油"},
    {"🎉", "party,tada,confetti", "庆祝,派对"},
    {"🎂", "cake,birthday", "蛋糕,生日"},
    {"🎁", "gift,present", "礼物"},
    {"🎈", "balloon", "气球"},
    {"⭐", "star", "星星,星"},
    {"✨", "sparkle,glitter", "闪光,闪"},
    {"🔥", "fire,flame,hot", "火"},
    {"💧", "drop,water", "水滴"},
    {"❄️", "snow,snowflake", "雪花,雪"},
    {"☀️", "sun", "太阳"},
    {"🌙", "moon", "月亮"},
    {"🌈", "rainbow", "彩虹"},
    {"⚡", "lightning,flash", "闪电"},
    {"🌸", "blossom,cherry", "樱花"},
    {"🌹", "rose", "玫瑰"},
    {"🌻", "sunflower", "向日葵"},
    {"🌷", "flower,tulip", "花"},
    {"🍁", "leaf,maple", "枫叶,叶子"},
    {"🌳", "tree", "树"},
    {"🎵", "music,note", "音乐,音符"},
    {"💡", "idea,bulb", "灯泡,主意"},
    {"💯", "hundred", "满分"},
    {"🚀", "rocket", "火箭"},
    {"👑", "crown", "皇冠"},
    {"💀", "skull", "骷髅"},
    {"👻", "ghost", "鬼"},
    {"🐱", "cat", "猫"},
    {"🐶", "dog", "狗"},
    {"🐟", "fish", "鱼"},
    {"🦋", "butterfly", "蝴蝶"},
    {"🐦", "bird", "鸟"},
    {"🌊", "sea,waves", "海浪"},
    {"☕", "coffee,tea", "咖啡"},
    {"🍎", "apple", "苹果"},
    {"💋", "kiss", "吻"},
    {"💔", "brokenheart", "心碎"},
    {"❓", "question", "问号"},
    {"❗", "exclamation", "感叹号"},
    {"✅", "check,done", "对勾"},
};

static gboolean has_name(const char *names, const char *name, gsize length)
{
    for (const char *p = names; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
        if (strcspn(p, ",") == length && g_ascii_strncasecmp(p, name, length) == 0)
            return TRUE;
    return FALSE;
}

const char *emoji_find(const char *name)
{
    const gsize length = strlen(name);
    for (guint i = 0; i < G_N_ELEMENTS(table); i++)
        if (has_name(table[i].names, name, length) ||
            (length > 3 && name[length - 1] == 's' && has_name(table[i].names, name, length - 1)) ||
            has_name(table[i].chinese, name, length))
            return table[i].emoji;
    return NULL;
}

const char *emoji_find_chinese(const char *text, gsize *bytes)
{
    const char *found = NULL;
    *bytes = 0;
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_auto(GStrv) names = g_strsplit(table[i].chinese, ",", -1);
        for (guint k = 0; names[k]; k++)
            if (g_str_has_prefix(text, names[k]) && strlen(names[k]) > *bytes) {
                *bytes = strlen(names[k]);
                found = table[i].emoji;
            }
    }
    return found;
}

char **emoji_split(const char *text)
{
    g_autoptr(GStrvBuilder) parts = g_strv_builder_new();
    const glong length = g_utf8_strlen(text, -1);
    g_autofree PangoLogAttr *attrs = g_new0(PangoLogAttr, (gsize)length + 1);
    pango_get_log_attrs(text, (int)strlen(text), -1, pango_language_get_default(), attrs, (int)length + 1);
    const char *start = text, *p = text;
    for (glong i = 1; i <= length; i++) {
        p = g_utf8_next_char(p);
        if (attrs[i].is_cursor_position || i == length) {
            g_autofree char *part = g_strndup(start, (gsize)(p - start));
            if (!g_unichar_isspace(g_utf8_get_char(part)))
                g_strv_builder_add(parts, part);
            start = p;
        }
    }
    return g_strv_builder_end(parts);
}

gboolean emoji_is_one(const char *part)
{
    const gunichar c = g_utf8_get_char(part);
    return (c >= 0x1f000 && c <= 0x1faff) || (c >= 0x2190 && c <= 0x2bff) || c == 0x3030 || c == 0x303d ||
           c == 0x3297 || c == 0x3299 || c == 0xa9 || c == 0xae || strstr(part, "\xef\xb8\x8f") ||
           strstr(part, "\xe2\x83\xa3");
}

char *emoji_some_names(void)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(table); i += 3)
        g_string_append_printf(names, "%s%.*s", i ? ", " : "", (int)strcspn(table[i].names, ","),
                               table[i].names);
    return g_string_free(names, FALSE);
}
