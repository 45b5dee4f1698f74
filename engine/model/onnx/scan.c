/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bounds for protobuf-c, which has none of its own. */
#include "model/onnx/scan.h"

#define MAX_DEPTH 16
#define MAX_MESSAGES 1000000

typedef struct {
    const guint8 *at, *end;
} Bytes;

static gboolean take_varint(Bytes *b, guint64 *value)
{
    *value = 0;
    for (guint shift = 0; shift < 64 && b->at < b->end; shift += 7) {
        const guint8 byte = *b->at++;
        *value |= (guint64)(byte & 127) << shift;
        if (byte < 128)
            return TRUE;
    }
    return FALSE;
}

static gboolean skip(Bytes *b, gsize count)
{
    if ((gsize)(b->end - b->at) < count)
        return FALSE;
    b->at += count;
    return TRUE;
}

static const char *scan(const ProtobufCMessageDescriptor *message, Bytes b, guint depth, guint *messages)
{
    static const char broken[] = "not an ONNX file, or it is cut off";
    guint64 tag, n;
    if (depth > MAX_DEPTH)
        return "its messages lie in each other too deep";
    if (++*messages > MAX_MESSAGES)
        return "has more parts than the limit of 1000000";
    while (b.at < b.end) {
        if (!take_varint(&b, &tag) || tag >> 3 == 0 || tag >> 3 > G_MAXINT32)
            return broken;
        const guint wire = tag & 7;
        if (wire == 0   ? !take_varint(&b, &n)
            : wire == 1 ? !skip(&b, 8)
            : wire == 5 ? !skip(&b, 4)
                        : wire != 2)
            return broken;
        if (wire != 2)
            continue;
        if (!take_varint(&b, &n) || n > (guint64)(b.end - b.at))
            return broken;
        const Bytes part = {b.at, b.at + n};
        b.at += n;
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field(message, (unsigned)(tag >> 3));
        const char *wrong = field && field->type == PROTOBUF_C_TYPE_MESSAGE
                                ? scan(field->descriptor, part, depth + 1, messages)
                                : NULL;
        if (wrong)
            return wrong;
    }
    return NULL;
}

const char *idiom_onnx_scan(const ProtobufCMessageDescriptor *message, const guint8 *bytes, gsize size)
{
    guint messages = 0;
    return scan(message, (Bytes){bytes, bytes + size}, 0, &messages);
}

static void *give(void *data, size_t size)
{
    gsize *room = data;
    if (size > *room)
        return NULL;
    *room -= size;
    return g_try_malloc(size);
}

static void take_back(void *data, void *memory)
{
    (void)data;
    g_free(memory);
}

ProtobufCAllocator idiom_onnx_allocator(gsize *room)
{
    return (ProtobufCAllocator){give, take_back, room};
}
