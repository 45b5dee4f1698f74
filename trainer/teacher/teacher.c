/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "teacher/teacher.h"

#include "data/files.h"
#include "judge/painter.h"
#include "teacher/microast.h"
#include "tool/console.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <idiom-unstable/stylefile.h>
#include <string.h>

#define MAX_SIDE 400       /* shorter side of the photos that are painted here */
#define PAINTING_TIME 0.25 /* share of --minutes for painting */
#define PAINTING_SIDE 512  /* shorter side, at most, of the painting that MicroAST sees */

struct Teacher {
    const TrainOptions *options;
    IdiomStyle *style;    /* NULL: a folder, or MicroAST */
    GPtrArray *paintings; /* Picture of each style; NULL: not MicroAST */
    char **names;
    GPtrArray *pairs; /* of Pairs, one for each style */
};

/* --- opening -------------------------------------------------------------------------------------- */

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the folders in @folder, sorted and NULL-terminated. */
static char **folders_in(const char *folder)
{
    GPtrArray *names = g_ptr_array_new();
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (name[0] != '.' && g_file_test(path, G_FILE_TEST_IS_DIR))
            g_ptr_array_add(names, g_strdup(name));
    }
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

/* A folder of pictures; or a folder of such folders, each a style of its name. */
static gboolean open_folder(Teacher *teacher, GError **error)
{
    const TrainOptions *o = teacher->options;
    teacher->names = folders_in(o->teacher);
    const gboolean several = teacher->names[0] != NULL;
    if (!several) {
        g_strfreev(teacher->names);
        teacher->names = g_strdupv((char *[]){o->name, NULL});
    }
    for (guint s = 0; teacher->names[s]; s++) {
        g_autofree char *path = g_build_filename(o->teacher, several ? teacher->names[s] : NULL, NULL);
        Pairs *pairs = train_options_check_name(several ? "teacher" : "name", teacher->names[s], error)
                           ? pairs_open(path, error)
                           : NULL;
        if (!pairs)
            return FALSE;
        g_ptr_array_add(teacher->pairs, pairs);
    }
    return TRUE;
}

static gboolean open_microast(Teacher *teacher, GError **error)
{
    const TrainOptions *o = teacher->options;
    if (!o->n_styles) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "--style NAME=FILE is needed: the painting as which MicroAST shall paint");
        return FALSE;
    }
    teacher->paintings = g_ptr_array_new_with_free_func((GDestroyNotify)picture_free);
    teacher->names = g_new0(char *, o->n_styles + 1);
    for (guint s = 0; s < o->n_styles; s++) {
        if (o->styles[s].references[1]) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                        "--style: %s: MicroAST takes one painting for a style", o->styles[s].name);
            return FALSE;
        }
        Picture *painting = picture_load(o->styles[s].references[0], 0, 0, PAINTING_SIDE, error);
        if (!painting)
            return FALSE;
        g_ptr_array_add(teacher->paintings, painting);
        teacher->names[s] = g_strdup(o->styles[s].name);
    }
    return TRUE;
}

static gboolean open_style(Teacher *teacher, GError **error)
{
    teacher->style = idiom_style_load(teacher->options->teacher, error);
    if (teacher->style)
        teacher->names = g_strdupv((char **)idiom_style_names(teacher->style));
    return teacher->style != NULL;
}

Teacher *teacher_open(const TrainOptions *options, GError **error)
{
    g_autoptr(Teacher) teacher = g_new0(Teacher, 1);
    teacher->options = options;
    teacher->pairs = g_ptr_array_new_with_free_func((GDestroyNotify)pairs_free);
    const gboolean microast = microast_is(options->teacher);
    if (options->n_styles && !microast) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--style: %s knows its style already",
                    options->teacher);
        return NULL;
    }
    gboolean ok;
    if (g_file_test(options->teacher, G_FILE_TEST_IS_DIR))
        ok = open_folder(teacher, error);
    else if (microast)
        ok = open_microast(teacher, error);
    else
        ok = open_style(teacher, error);
    return ok ? g_steal_pointer(&teacher) : NULL;
}

void teacher_free(Teacher *teacher)
{
    if (!teacher)
        return;
    g_clear_pointer(&teacher->style, idiom_style_free);
    g_clear_pointer(&teacher->paintings, g_ptr_array_unref);
    g_strfreev(teacher->names);
    g_ptr_array_unref(teacher->pairs);
    g_free(teacher);
}

const char *const *teacher_names(const Teacher *teacher)
{
    return (const char *const *)teacher->names;
}

GHashTable *teacher_metadata(const Teacher *teacher)
{
    return teacher->style ? idiom_style_metadata(teacher->style) : NULL;
}

const Pairs *teacher_pairs(const Teacher *teacher, guint style)
{
    return teacher->pairs->pdata[style];
}

/* --- painting ------------------------------------------------------------------------------------- */

/* A teacher at work in one style; its network is made for photos of one size, and anew for the next size. */
typedef struct {
    const Teacher *teacher;
    IdiomDevice *device;
    IdiomParams *params;
    guint style;
    Painter *painter; /* one of the two */
    MicroAst *microast;
    guint w, h;
} Work;

static void work_clear(Work *work)
{
    g_clear_pointer(&work->painter, painter_free);
    g_clear_pointer(&work->microast, microast_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Work, work_clear)

static gboolean prepare(Work *work, guint w, guint h, GError **error)
{
    const Teacher *t = work->teacher;
    if ((work->painter || work->microast) && work->w == w && work->h == h)
        return TRUE;
    work_clear(work);
    work->w = w;
    work->h = h;
    if (t->style)
        work->painter = painter_of_style(work->device, t->style, work->params, work->style, w, h, error);
    else
        work->microast =
            microast_new(work->device, work->params, t->paintings->pdata[work->style], w, h, error);
    return work->painter || work->microast;
}

/* The photo of the file @path, less what is more than a multiple of 4 pixels. */
static Picture *paint(Work *work, const char *path, const Picture *photo, GError **error)
{
    int x, y;
    const guint w = photo->w & ~3u, h = photo->h & ~3u;
    g_autoptr(Picture) cut = picture_crop(photo, 0, 0, w, h);
    if (!prepare(work, w, h, error))
        return NULL;
    if (!work->painter)
        return microast_paint(work->microast, cut, error);
    idiom_noise_offset(path, &x, &y); /* as the student will see it */
    painter_set_place(work->painter, x, y);
    return painter_run(work->painter, cut, error);
}

static char *picture_path(const char *folder, const char *photo)
{
    g_autofree char *name = g_path_get_basename(photo);
    char *dot = strrchr(name, '.');
    if (dot)
        *dot = '\0';
    g_autofree char *file = g_strconcat(name, ".png", NULL);
    return g_build_filename(folder, file, NULL);
}

static gboolean is_photo(const char *path)
{
    gboolean video;
    return picture_is_video(path, &video, NULL) && !video;
}

/* When to stop painting in a style, or G_MAXINT64. Photos that are not painted then are left out. */
static gint64 deadline(const TrainOptions *o, guint n_styles)
{
    return o->minutes > 0 ? g_get_monotonic_time() +
                                (gint64)(PAINTING_TIME * 60 * G_USEC_PER_SEC * o->minutes / n_styles)
                          : G_MAXINT64;
}

static gboolean paint_all(Work *work, GPtrArray *photos, const char *folder, GError **error)
{
    const gint64 end = deadline(work->teacher->options, g_strv_length(work->teacher->names));
    for (guint i = 0; i < photos->len && (!i || g_get_monotonic_time() < end); i++) {
        g_autofree char *path = picture_path(folder, photos->pdata[i]);
        if (g_file_test(path, G_FILE_TEST_EXISTS) || !is_photo(photos->pdata[i]))
            continue;
        g_autoptr(Picture) photo = picture_load(photos->pdata[i], 0, 0, MAX_SIDE, NULL);
        g_autoptr(Picture) picture = photo ? paint(work, photos->pdata[i], photo, error) : NULL;
        if (photo && (!picture || !picture_write_png(picture, path, error)))
            return FALSE;
        say_progress("painting photo %u/%u", i + 1, photos->len);
    }
    return TRUE;
}

/* The folder for the pictures in style number @style. */
static char *make_folder(const Teacher *teacher, guint style, GError **error)
{
    g_autofree char *beside = train_options_beside(teacher->options, ".taught");
    char *folder = g_build_filename(beside, teacher->names[style], NULL);
    if (g_mkdir_with_parents(folder, 0777) == 0)
        return folder;
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: the folder cannot be made: %s", folder,
                g_strerror(errno));
    g_free(folder);
    return NULL;
}

gboolean teacher_paint(Teacher *teacher, IdiomDevice *device, GError **error)
{
    if (!teacher->style && !teacher->paintings)
        return TRUE;
    g_autoptr(GPtrArray) photos = files_collect((const char *const *)teacher->options->content, error);
    if (!photos)
        return FALSE;
    g_autoptr(IdiomParams) params = teacher->style ? idiom_style_params(teacher->style, device)
                                                   : microast_load(teacher->options->teacher, device, error);
    if (!params)
        return FALSE;
    for (guint s = 0; teacher->names[s]; s++) {
        g_autofree char *folder = make_folder(teacher, s, error);
        g_auto(Work) work = {.teacher = teacher, .device = device, .params = params, .style = s};
        Pairs *pairs = folder && paint_all(&work, photos, folder, error) ? pairs_open(folder, error) : NULL;
        if (!pairs)
            return FALSE;
        g_ptr_array_add(teacher->pairs, pairs);
    }
    return TRUE;
}
