/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transfer.h"

#include "video/format.h"

/* --- what pictures may say ------------------------------------------------------------------------- */

gboolean idiom_picture_is_host(const IdiomPicture *picture)
{
    return picture->memory == IDIOM_MEMORY_HOST || picture->memory == IDIOM_MEMORY_HOST_KEPT;
}

static gboolean check_plane(const IdiomFrame *frame, const IdiomPicture *picture, gboolean result, guint i,
                            GError **error)
{
    const char *wrong = NULL;

    switch (picture->memory) {
    case IDIOM_MEMORY_HOST:
    case IDIOM_MEMORY_HOST_KEPT:
        if (!picture->planes[i])
            wrong = "there is no memory";
        break;
    case IDIOM_MEMORY_VULKAN_IMAGE:
        if (!picture->images[i])
            wrong = "there is no image";
        else if (!picture->layouts[i] && !result)
            wrong = "the layout of the image is undefined";
        break;
    case IDIOM_MEMORY_DMABUF:
        if (!picture->imports[i] && picture->fds[i] < 0)
            wrong = "there is no file descriptor";
        else if (picture->strides[i] < (gssize)frame->row_bytes[i])
            wrong = "the stride is less than a row";
        break;
    default:
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "unknown kind of memory %d",
                    (int)picture->memory);
        return FALSE;
    }
    if (wrong)
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "plane %u of a picture: %s", i, wrong);
    return !wrong;
}

gboolean idiom_transfer_check(const IdiomFrame *frame, const IdiomPicture *picture, gboolean result,
                              GError **error)
{
    for (guint i = 0; i < frame->n_planes; i++)
        if (!check_plane(frame, picture, result, i, error))
            return FALSE;
    return TRUE;
}

/* --- commands -------------------------------------------------------------------------------------- */

static gboolean begin(IdiomTransfer *t, IdiomDevice *device, GError **error)
{
    if (t->commands ? !idiom_commands_restart(t->commands, error)
                    : !(t->commands = idiom_commands_new(device, 0, error)))
        return FALSE;
    idiom_commands_barrier(t->commands);
    return TRUE;
}

static gboolean end(IdiomTransfer *t, IdiomCommands **lists, guint *count, GError **error)
{
    idiom_commands_barrier(t->commands);
    idiom_commands_host_barrier(t->commands);
    lists[(*count)++] = t->commands;
    return idiom_commands_end(t->commands, error);
}

static IdiomRows rows_of(const IdiomFrame *frame, IdiomBuffer *buffer, guint plane)
{
    return (IdiomRows){buffer, frame->offset[plane], frame->stride[plane]};
}

static void copy_image(IdiomTransfer *t, const IdiomFrame *frame, guint plane, IdiomBuffer *device,
                       gboolean in)
{
    const guint texel = idiom_format_texel(idiom_format(frame->format), plane);
    const IdiomRows rows = rows_of(frame, device, plane);
    const guint64 *images = t->picture.images;
    const gboolean planar = frame->n_planes > 1 && images[0] == images[1];
    const guint32 found = t->picture.layouts[planar ? 0 : plane];
    const guint32 left = found ? found : IDIOM_LAYOUT_AFTER_UNDEFINED;
    const IdiomImage image = {.image = images[plane],
                              .layout = planar && plane ? left : found,
                              .left = left,
                              .plane = planar ? (gint)plane : -1,
                              .texel_bytes = texel,
                              .width = frame->row_bytes[plane] / texel,
                              .height = frame->rows[plane]};

    if (in)
        idiom_commands_copy_from_image(t->commands, &image, &rows);
    else
        idiom_commands_copy_to_image(t->commands, &rows, &image);
}

static void copy_plane(IdiomTransfer *t, const IdiomFrame *frame, guint plane, const IdiomRows *other,
                       IdiomBuffer *device, gboolean in)
{
    const IdiomRows rows = rows_of(frame, device, plane);

    idiom_commands_copy_rows(t->commands, in ? other : &rows, in ? &rows : other, frame->row_bytes[plane],
                             frame->rows[plane]);
}

/* What the device has of it; planes in the same dmabuf share that. */
static IdiomExternal *take_dmabuf(IdiomTransfer *t, IdiomDevice *device, guint plane, GError **error)
{
    const IdiomPicture *p = &t->picture;
    guint first = 0;

    if (p->imports[plane])
        return p->imports[plane];
    while (p->imports[first] || p->fds[first] != p->fds[plane])
        first++;
    if (first == plane)
        t->external[plane] = idiom_dmabuf_import(device, p->fds[plane], error);
    return t->external[first];
}

static gboolean copy_dmabuf(IdiomTransfer *t, IdiomDevice *device, const IdiomFrame *frame, guint plane,
                            IdiomBuffer *bytes, gboolean in, GError **error)
{
    const IdiomPicture *p = &t->picture;
    const gsize stride = (gsize)p->strides[plane];
    IdiomExternal *external = take_dmabuf(t, device, plane, error);
    if (!external)
        return FALSE;
    IdiomBuffer *buffer = idiom_external_buffer(external);
    const gsize needed = stride * (frame->rows[plane] - 1) + frame->row_bytes[plane];
    if (p->offsets[plane] > buffer->size || needed > buffer->size - p->offsets[plane]) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "plane %u of a picture: %zu bytes at %zu are more than the %zu of the dmabuf", plane,
                    needed, p->offsets[plane], buffer->size);
        return FALSE;
    }
    copy_plane(t, frame, plane, &(IdiomRows){buffer, p->offsets[plane], stride}, bytes, in);
    return TRUE;
}

/* Between the picture, which is not in host memory, and the device. */
static gboolean copy_picture(IdiomTransfer *t, IdiomDevice *device, const IdiomFrame *frame,
                             IdiomBuffer *bytes, gboolean in, IdiomCommands **lists, guint *count,
                             GError **error)
{
    if (!begin(t, device, error))
        return FALSE;
    for (guint i = 0; i < frame->n_planes; i++)
        if (t->picture.memory == IDIOM_MEMORY_VULKAN_IMAGE)
            copy_image(t, frame, i, bytes, in);
        else if (!copy_dmabuf(t, device, frame, i, bytes, in, error))
            return FALSE;
    return end(t, lists, count, error);
}

/* The memory that all planes of a picture in host memory lie in, if the device can write there. */
static guint8 *host_memory(IdiomDevice *device, const IdiomFrame *frame, const IdiomPicture *p, gsize *size)
{
    guint8 *first = p->planes[0], *last = first;

    for (guint i = 0; i < frame->n_planes; i++) {
        if (p->strides[i] < (gssize)frame->row_bytes[i])
            return NULL;
        first = MIN(first, p->planes[i]);
        last = MAX(last, p->planes[i] + p->strides[i] * (gssize)(frame->rows[i] - 1) + frame->row_bytes[i]);
    }
    *size = (gsize)(last - first);
    return idiom_external_takes_host(device, first, *size) ? first : NULL;
}

/* The picture's host memory where it lies, if the device can use it; not every memory lets itself. */
static gboolean take_host(IdiomTransfer *t, IdiomDevice *device, const IdiomFrame *frame)
{
    gsize size;
    guint8 *memory = host_memory(device, frame, &t->picture, &size);
    t->external[0] = memory ? idiom_external_from_host(device, memory, size, NULL) : NULL;
    t->first = memory;
    return t->external[0] != NULL;
}

static void copy_host(IdiomTransfer *t, const IdiomFrame *frame, IdiomBuffer *device, gboolean in)
{
    for (guint i = 0; i < frame->n_planes; i++)
        copy_plane(t, frame, i,
                   &(IdiomRows){idiom_external_buffer(t->external[0]),
                                (gsize)(t->picture.planes[i] - t->first), (gsize)t->picture.strides[i]},
                   device, in);
}

gboolean idiom_transfer_in(IdiomTransfer *t, IdiomDevice *device, const IdiomFrame *frame,
                           const IdiomPicture *picture, IdiomEnds ends, IdiomCommands **lists, guint *count,
                           GError **error)
{
    t->picture = *picture;
    t->copies = 0;
    if (!idiom_picture_is_host(picture))
        return copy_picture(t, device, frame, ends.device, TRUE, lists, count, error);
    const gboolean kept =
        picture->memory == IDIOM_MEMORY_HOST_KEPT && ends.host != ends.device && take_host(t, device, frame);
    if (!kept) {
        idiom_frame_write(frame, ends.host->mapped, (const guint8 *const *)picture->planes, picture->strides);
        t->copies = 1;
    }
    if (ends.host == ends.device)
        return TRUE;
    if (!begin(t, device, error))
        return FALSE;
    if (kept)
        copy_host(t, frame, ends.device, TRUE);
    else
        idiom_commands_copy(t->commands, ends.host, 0, ends.device, 0, frame->size);
    return end(t, lists, count, error);
}

/* To host memory: at once where the device can, otherwise through the host's copy. */
static gboolean copy_out(IdiomTransfer *t, IdiomDevice *device, const IdiomFrame *frame, IdiomEnds ends,
                         IdiomCommands **lists, guint *count, GError **error)
{
    if (!begin(t, device, error))
        return FALSE;
    if (take_host(t, device, frame)) {
        copy_host(t, frame, ends.device, FALSE);
    } else {
        idiom_commands_copy(t->commands, ends.device, 0, ends.host, 0, frame->size);
        t->bytes = ends.host->mapped;
    }
    return end(t, lists, count, error);
}

gboolean idiom_transfer_out(IdiomTransfer *t, IdiomDevice *device, const IdiomFrame *frame,
                            const IdiomPicture *picture, IdiomEnds ends, IdiomCommands **lists, guint *count,
                            GError **error)
{
    t->picture = *picture;
    t->bytes = NULL;
    t->copies = 0;
    if (!idiom_picture_is_host(picture))
        return copy_picture(t, device, frame, ends.device, FALSE, lists, count, error);
    if (ends.host != ends.device)
        return copy_out(t, device, frame, ends, lists, count, error);
    t->bytes = ends.host->mapped;
    return TRUE;
}

void idiom_transfer_finish(IdiomTransfer *t, const IdiomFrame *frame)
{
    if (!t->bytes)
        return;
    idiom_frame_read(frame, t->bytes, t->picture.planes, t->picture.strides);
    t->copies++;
}

void idiom_transfer_release(IdiomTransfer *t)
{
    for (guint i = 0; i < G_N_ELEMENTS(t->external); i++)
        g_clear_pointer(&t->external[i], idiom_external_free);
    t->bytes = NULL;
}

void idiom_transfer_clear(IdiomTransfer *t)
{
    idiom_transfer_release(t);
    g_clear_pointer(&t->commands, idiom_commands_free);
}
