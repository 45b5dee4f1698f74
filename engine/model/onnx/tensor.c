/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers in ONNX files. */
#include "model/onnx/tensor.h"

#include "model/half.h"
#include "text.h"

#include <fcntl.h>
#include <idiom/error.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean tensor_fail(const TensorReader *reader, const Onnx__TensorProto *t, GError **error,
                            const char *format, ...) G_GNUC_PRINTF(4, 5);

static gboolean tensor_fail(const TensorReader *reader, const Onnx__TensorProto *t, GError **error,
                            const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *reason = g_strdup_vprintf(format, args),
                    *name = idiom_text_short(t->name ? t->name : "");
    va_end(args);
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: tensor '%s': %s", reader->file, name, reason);
    return FALSE;
}

/* Bytes of a number, 0 for a type that is not supported. */
static gsize type_bytes(int type)
{
    switch (type) {
    case IDIOM_TYPE_UINT8:
    case IDIOM_TYPE_INT8:
    case IDIOM_TYPE_BOOL:
        return 1;
    case IDIOM_TYPE_UINT16:
    case IDIOM_TYPE_INT16:
    case IDIOM_TYPE_HALF:
    case IDIOM_TYPE_BFLOAT16:
        return 2;
    case IDIOM_TYPE_FLOAT:
    case IDIOM_TYPE_INT32:
    case IDIOM_TYPE_UINT32:
        return 4;
    case IDIOM_TYPE_INT64:
    case IDIOM_TYPE_UINT64:
    case IDIOM_TYPE_DOUBLE:
        return 8;
    }
    return 0;
}

static float bfloat_to_float(guint16 bits)
{
    const guint32 wide = (guint32)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

/* Number @k of @bytes, little endian as this machine is. */
static void take_raw(IdiomArray *a, gsize k, const guint8 *bytes)
{
    union {
        guint8 u8;
        gint8 i8;
        guint16 u16;
        gint16 i16;
        guint32 u32;
        gint32 i32;
        gint64 i64;
        float f;
        double d;
    } v;
    memcpy(&v, bytes, type_bytes(a->type));
    switch (a->type) {
    case IDIOM_TYPE_FLOAT:
        a->f[k] = v.f;
        break;
    case IDIOM_TYPE_DOUBLE:
        a->f[k] = (float)v.d;
        break;
    case IDIOM_TYPE_HALF:
        a->f[k] = idiom_half_to_float(v.u16);
        break;
    case IDIOM_TYPE_BFLOAT16:
        a->f[k] = bfloat_to_float(v.u16);
        break;
    case IDIOM_TYPE_INT8:
        a->f[k] = v.i8;
        break;
    case IDIOM_TYPE_UINT8:
    case IDIOM_TYPE_BOOL:
        a->f[k] = v.u8;
        break;
    case IDIOM_TYPE_INT16:
        a->f[k] = v.i16;
        break;
    case IDIOM_TYPE_UINT16:
        a->f[k] = v.u16;
        break;
    case IDIOM_TYPE_INT32:
        a->i[k] = v.i32;
        break;
    case IDIOM_TYPE_UINT32:
        a->i[k] = v.u32;
        break;
    case IDIOM_TYPE_INT64:
    case IDIOM_TYPE_UINT64:
        a->i[k] = v.i64;
        break;
    }
}

/* Number @k of the fields for numbers of a type, of which 16 bits are in those for 32. */
static gboolean take_typed(IdiomArray *a, gsize k, const Onnx__TensorProto *t)
{
    switch (a->type) {
    case IDIOM_TYPE_FLOAT:
        if (t->n_float_data != a->count)
            return FALSE;
        a->f[k] = t->float_data[k];
        return TRUE;
    case IDIOM_TYPE_DOUBLE:
        if (t->n_double_data != a->count)
            return FALSE;
        a->f[k] = (float)t->double_data[k];
        return TRUE;
    case IDIOM_TYPE_INT64:
        if (t->n_int64_data != a->count)
            return FALSE;
        a->i[k] = t->int64_data[k];
        return TRUE;
    case IDIOM_TYPE_UINT32:
    case IDIOM_TYPE_UINT64:
        if (t->n_uint64_data != a->count)
            return FALSE;
        a->i[k] = (gint64)t->uint64_data[k];
        return TRUE;
    default:
        break;
    }
    if (t->n_int32_data != a->count)
        return FALSE;
    const gint32 v = t->int32_data[k];
    if (a->i)
        a->i[k] = v;
    else
        a->f[k] = a->type == IDIOM_TYPE_HALF       ? idiom_half_to_float((guint16)v)
                  : a->type == IDIOM_TYPE_BFLOAT16 ? bfloat_to_float((guint16)v)
                                                   : (float)v;
    return TRUE;
}

/* --- files of their own ----------------------------------------------------------------------------- */

static const char *external_field(const Onnx__TensorProto *t, const char *key)
{
    for (gsize i = 0; i < t->n_external_data; i++)
        if (g_strcmp0(t->external_data[i]->key, key) == 0)
            return t->external_data[i]->value;
    return NULL;
}

/* In the folder of the model, or below it. */
static char *external_path(const TensorReader *reader, const Onnx__TensorProto *t, GError **error)
{
    const char *location = external_field(t, "location");
    if (!location || !*location || strlen(location) > 1024) {
        tensor_fail(reader, t, error, "its file has no name");
        return NULL;
    }
    g_auto(GStrv) parts = g_strsplit(location, "/", -1);
    if (g_path_is_absolute(location) || g_strv_contains((const char *const *)parts, "..")) {
        g_autofree char *shown = idiom_text_short(location);
        tensor_fail(reader, t, error, "its file '%s' is not beside the model", shown);
        return NULL;
    }
    g_autofree char *folder = g_path_get_dirname(reader->file);
    return g_build_filename(folder, location, NULL);
}

static gboolean read_bytes(int fd, guint8 *bytes, gsize size, guint64 offset)
{
    for (gsize done = 0; done < size;) {
        const gssize n = pread(fd, bytes + done, size - done, (off_t)(offset + done));
        if (n <= 0)
            return FALSE;
        done += (gsize)n;
    }
    return TRUE;
}

static gboolean take_external(const TensorReader *reader, const Onnx__TensorProto *t, IdiomArray *a,
                              GError **error)
{
    const gsize size = a->count * type_bytes(a->type);
    const char *offset_text = external_field(t, "offset"), *length_text = external_field(t, "length");
    guint64 offset = 0, length = size;
    if ((offset_text && !g_ascii_string_to_unsigned(offset_text, 10, 0, G_MAXINT64, &offset, NULL)) ||
        (length_text && !g_ascii_string_to_unsigned(length_text, 10, 0, G_MAXINT64, &length, NULL)) ||
        length != size)
        return tensor_fail(reader, t, error,
                           "offset or length in its file do not fit %" G_GSIZE_FORMAT " bytes", size);
    g_autofree char *path = external_path(reader, t, error);
    if (!path)
        return FALSE;
    g_autofree guint8 *bytes = g_try_malloc(MAX(size, 1));
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    const gboolean fine = bytes && fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
                          (guint64)st.st_size >= size && offset <= (guint64)st.st_size - size &&
                          read_bytes(fd, bytes, size, offset);
    if (fd >= 0)
        close(fd);
    for (gsize k = 0; fine && k < a->count; k++)
        take_raw(a, k, bytes + k * type_bytes(a->type));
    return fine ||
           tensor_fail(reader, t, error, "%s does not hold its %" G_GSIZE_FORMAT " bytes", path, size);
}

/* --- all -------------------------------------------------------------------------------------------- */

/* Infinities become the largest numbers there are: limits of Clip, mostly. */
static gboolean check_values(IdiomArray *a)
{
    for (gsize k = 0; a->f && k < a->count; k++) {
        if (isnan(a->f[k]))
            return FALSE;
        a->f[k] = CLAMP(a->f[k], -G_MAXFLOAT, G_MAXFLOAT);
    }
    return TRUE;
}

static gboolean take_values(const TensorReader *reader, const Onnx__TensorProto *t, IdiomArray *a,
                            GError **error)
{
    const gsize size = a->count * type_bytes(a->type);
    if (t->has_data_location && t->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)
        return take_external(reader, t, a, error);
    if (t->has_raw_data && t->raw_data.len != size)
        return tensor_fail(reader, t, error, "has %" G_GSIZE_FORMAT " bytes, expected %" G_GSIZE_FORMAT,
                           t->raw_data.len, size);
    for (gsize k = 0; t->has_raw_data && k < a->count; k++)
        take_raw(a, k, t->raw_data.data + k * type_bytes(a->type));
    for (gsize k = 0; !t->has_raw_data && k < a->count; k++)
        if (!take_typed(a, k, t))
            return tensor_fail(reader, t, error, "does not have the %" G_GSIZE_FORMAT " numbers of its shape",
                               a->count);
    return TRUE;
}

IdiomArray *idiom_onnx_tensor(TensorReader *reader, const Onnx__TensorProto *t, GError **error)
{
    const gsize bytes = t->has_data_type ? type_bytes(t->data_type) : 0;
    const gssize count =
        t->n_dims <= IDIOM_ARRAY_MAX_RANK ? idiom_array_elements((guint)t->n_dims, t->dims) : -1;
    if (!bytes)
        tensor_fail(reader, t, error, "numbers of type %d are not supported", t->data_type);
    else if (count < 0)
        tensor_fail(reader, t, error,
                    "more than %d dimensions or more elements than the limit of %" G_GSIZE_FORMAT,
                    IDIOM_ARRAY_MAX_RANK, IDIOM_ARRAY_MAX_COUNT);
    else if ((gsize)count > reader->room / MAX(bytes, 4))
        tensor_fail(reader, t, error, "weights above 2 GiB in all are not supported");
    if (!bytes || count < 0 || (gsize)count > reader->room / MAX(bytes, 4))
        return NULL;
    reader->room -= (gsize)count * MAX(bytes, 4);
    g_autoptr(IdiomArray) array = idiom_array_new((IdiomType)t->data_type, (guint)t->n_dims, t->dims);
    if (!array) {
        tensor_fail(reader, t, error, "no memory for %" G_GSSIZE_FORMAT " numbers", count);
        return NULL;
    }
    if (!take_values(reader, t, array, error))
        return NULL;
    if (!check_values(array)) {
        tensor_fail(reader, t, error, "has numbers that are none (NaN)");
        return NULL;
    }
    return g_steal_pointer(&array);
}
