/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-train people: makes a small network find the people that another finds, and measures how well it does. */
#include "people/compare.h"
#include "people/learn.h"
#include "people/network.h"
#include "tool/command.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    char *teacher, *out, *compare, *sheet, *device, **content;
    int steps, batch, views, seed, checkpoint_every, frames;
    double rate;
    gboolean resume;
} Options;

static void options_clear(Options *o)
{
    char *const all[] = {o->teacher, o->out, o->compare, o->sheet, o->device};
    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        g_free(all[i]);
    g_strfreev(o->content);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean check(const Options *o, GError **error)
{
    const struct {
        const char *name;
        double value, least, most;
    } numbers[] = {
        {"steps", o->steps, 1, 1e6},     {"batch", o->batch, 1, 256},
        {"views", o->views, 1, 100000},  {"lr", o->rate, 1e-6, 1},
        {"frames", o->frames, 1, 10000}, {"checkpoint-every", o->checkpoint_every, 1, 1e6},
    };
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (!(numbers[i].value >= numbers[i].least && numbers[i].value <= numbers[i].most)) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--%s %g: %g to %g is possible",
                        numbers[i].name, numbers[i].value, numbers[i].least, numbers[i].most);
            return FALSE;
        }
    const char *problem = !o->teacher              ? "--teacher NETWORK is needed, see idiom-train import"
                          : !o->content            ? "--content PATH is needed"
                          : !o->out && !o->compare ? "--out NETWORK is needed, or --compare NETWORK"
                          : o->out && o->compare   ? "--out learns, --compare measures: one of the two"
                          : o->out && !g_str_has_suffix(o->out, ".safetensors")
                              ? "--out: the name must end in .safetensors"
                              : NULL;
    if (problem)
        g_set_error_literal(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, problem);
    return !problem;
}

/* The style file @name with a network in it. */
static IdiomStyle *load_network(const char *name, GError **error)
{
    g_autoptr(IdiomStyle) style = command_load_style(name, error);
    if (style && !idiom_style_network(style)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: a style, not a network that finds people",
                    name);
        return NULL;
    }
    return g_steal_pointer(&style);
}

static gboolean compare(const Options *o, IdiomDevice *device, const IdiomStyle *teacher, GError **error)
{
    g_autoptr(IdiomStyle) style = load_network(o->compare, error);
    g_autoptr(Masker) mine = style ? masker_new(device, idiom_style_network(style), o->compare, error) : NULL;
    g_autoptr(Masker) other =
        mine ? masker_new(device, idiom_style_network(teacher), o->teacher, error) : NULL;
    PeopleScores s;
    if (!other ||
        !people_compare(mine, other, (const char *const *)o->content, (guint)o->frames, o->sheet, &s, error))
        return FALSE;
    printf("%u frames with people in %u files: IoU %.3f, nine of ten at least %.3f\n", s.frames, s.files,
           s.iou, s.low_iou);
    printf("%u frames without: %.2f %% of them taken for people; all masks differ by %.4f on average\n",
           s.empty, 100 * s.found, s.off);
    printf("still with noise, IoU of two shots: %.3f (teacher %.3f)\n", s.still[0], s.still[1]);
    if (s.pairs)
        printf("from frame to frame of videos, IoU: %.3f (teacher %.3f)\n", s.steady[0], s.steady[1]);
    return TRUE;
}

static gboolean learn(const Options *o, IdiomDevice *device, const IdiomStyle *teacher, const char *line,
                      GError **error)
{
    const PeopleOptions options = {
        .content = (const char *const *)o->content,
        .teacher = o->teacher,
        .style = teacher,
        .out = o->out,
        .steps = o->steps,
        .batch = o->batch,
        .views = o->views,
        .checkpoint_every = o->checkpoint_every,
        .rate = o->rate,
        .seed = o->seed,
        .resume = o->resume,
        .command = line,
    };
    return people_learn(&options, device, error);
}

gboolean command_people(char **argv, GError **error)
{
    g_auto(Options)
        o = {.steps = 4000, .batch = 16, .views = 2048, .rate = 0.002, .checkpoint_every = 200, .frames = 25};
    g_auto(GStrv) words = NULL;
    const GOptionEntry entries[] = {
        {"teacher", 0, 0, G_OPTION_ARG_FILENAME, &o.teacher,
         "Network that finds people in pictures of 256x144, as idiom-train import makes it", "NETWORK"},
        {"content", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.content,
         "Pictures, videos, or folders of them; people should be in many (repeat)", "PATH"},
        {"out", 0, 0, G_OPTION_ARG_FILENAME, &o.out, "Network to write: a .safetensors file", "FILE"},
        {"compare", 0, 0, G_OPTION_ARG_FILENAME, &o.compare,
         "Learn nothing: measure how far this network agrees with the teacher", "NETWORK"},
        {"frames", 0, 0, G_OPTION_ARG_INT, &o.frames, "With --compare: frames of each video that count (25)",
         "N"},
        {"sheet", 0, 0, G_OPTION_ARG_FILENAME, &o.sheet,
         "With --compare: folder for pictures: frame, network, teacher", "FOLDER"},
        {"steps", 0, 0, G_OPTION_ARG_INT, &o.steps, "Training steps (4000)", "N"},
        {"batch", 0, 0, G_OPTION_ARG_INT, &o.batch, "Views in a step (16)", "N"},
        {"views", 0, 0, G_OPTION_ARG_INT, &o.views, "Views to draw, of which the teacher makes masks (2048)",
         "N"},
        {"lr", 0, 0, G_OPTION_ARG_DOUBLE, &o.rate, "Learning rate (0.002)", "RATE"},
        {"seed", 0, 0, G_OPTION_ARG_INT, &o.seed, "Seed of first weights and views (0)", "N"},
        {"checkpoint-every", 0, 0, G_OPTION_ARG_INT, &o.checkpoint_every,
         "Steps from one checkpoint to the next (200)", "N"},
        {"resume", 0, 0, G_OPTION_ARG_NONE, &o.resume,
         "Go on from the checkpoint beside --out; the other options as before", NULL},
        {"device", 0, 0, G_OPTION_ARG_STRING, &o.device, "Vulkan device, by number or part of its name",
         "DEVICE"},
        {NULL},
    };
    g_autofree char *line = g_strjoinv(" ", argv);
    if (!command_parse(argv, "- make a small network find people as another does", entries, 0, 0, &words,
                       error) ||
        !check(&o, error))
        return FALSE;
    g_autoptr(IdiomStyle) teacher = load_network(o.teacher, error);
    g_autoptr(IdiomDevice) device = teacher ? idiom_device_open(o.device, error) : NULL;
    if (!device)
        return FALSE;
    return o.compare ? compare(&o, device, teacher, error) : learn(&o, device, teacher, line, error);
}
