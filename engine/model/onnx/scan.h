/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_ONNX_SCAN_H
#define IDIOM_ONNX_SCAN_H

#include <glib.h>
#include <protobuf-c/protobuf-c.h>

/*
 * Whether messages in @bytes lie in each other no deeper than protobuf-c's recursion can bear, and are not more than
 * memory is good for; otherwise what is wrong.
 */
const char *idiom_onnx_scan(const ProtobufCMessageDescriptor *message, const guint8 *bytes, gsize size);

/* An allocator that gives @limit bytes in all; @room: what is left of them. */
ProtobufCAllocator idiom_onnx_allocator(gsize *room);

#endif
