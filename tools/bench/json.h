/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_BENCH_JSON_H
#define IDIOM_BENCH_JSON_H

#include <json-glib/json-glib.h>

/* Writes what was built to @path, in place: the name may be that of a pipe or a device. */
gboolean bench_json_write(JsonBuilder *json, const char *path, GError **error);

#endif
