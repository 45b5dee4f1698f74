/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stylize-raw WIDTH HEIGHT STYLE: raw RGBA frames on standard input, stylized on standard output. */
#include <idiom/idiom.h>
#include <stdio.h>
#include <stdlib.h>

static gboolean stylize(guint w, guint h, const char *style, GError **error)
{
    IdiomVideoInfo info = {.struct_size = sizeof info, .format = IDIOM_VIDEO_RGBA, .width = w, .height = h};
    g_autoptr(IdiomDevice) device = idiom_device_open(NULL, error);
    g_autoptr(IdiomRenderer) renderer = device ? idiom_renderer_new(device, NULL, error) : NULL;
    if (!renderer || !idiom_renderer_show(renderer, style, NULL, error) ||
        !idiom_renderer_configure(renderer, &info, error))
        return FALSE;
    gsize size = (gsize)4 * w * h, slots = idiom_renderer_slots(renderer);
    g_autofree guint8 *frames = g_malloc_n(slots, size); /* as many as may be in flight */
    for (gsize i = 0; TRUE; i = (i + 1) % slots) {
        guint8 *frame = frames + i * size;
        IdiomPicture picture = {.struct_size = sizeof picture, .planes = {frame}, .strides = {4 * (gssize)w}};
        IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
        gboolean more = fread(params.tag = frame, size, 1, stdin) == 1;
        if (more && !idiom_renderer_send(renderer, &picture, &picture, &params, error))
            return FALSE;
        if (more && idiom_renderer_in_flight(renderer) < slots)
            continue;
        IdiomGet got = idiom_renderer_get(renderer, TRUE, &params.tag, error);
        if (got == IDIOM_GET_NOTHING || got == IDIOM_GET_FAILED)
            return got == IDIOM_GET_NOTHING;
        fwrite(params.tag, got == IDIOM_GET_FRAME ? size : 0, 1, stdout);
    }
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    if (argc == 4 && stylize((guint)atoi(argv[1]), (guint)atoi(argv[2]), argv[3], &error))
        return ferror(stdout) || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
    g_printerr("%s\n", error ? error->message : "usage: stylize-raw WIDTH HEIGHT STYLE");
    return EXIT_FAILURE;
}
