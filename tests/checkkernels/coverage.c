/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "coverage.h"

#include <gio/gio.h>
#include <string.h>

#include "gpu/gpu.h"
#include "run.h"

char *coverage_missing(IdiomDevice *device)
{
    const IdiomDeviceInfo *info = idiom_device_info(device);
    g_auto(GStrv) all = idiom_shader_names(), used = idiom_device_shaders(device);
    gboolean half = idiom_device_products(device) == IDIOM_PRODUCTS_FP16;
    g_autoptr(GString) missing = g_string_new(NULL);
    for (IdiomPrecision precision = IDIOM_FP32; precision <= (info->fp16 ? IDIOM_FP16 : IDIOM_FP32);
         precision++) {
        g_autofree char *variant = variant_name(info->family, precision);
        for (char **name = all; *name; name++)
            if (g_str_has_suffix(*name, variant) && (strstr(*name, "_half.") != NULL) == half &&
                !g_strv_contains((const char *const *)used, *name))
                g_string_append_printf(missing, "%s\n", *name);
    }
    return missing->len ? g_strdup(g_strchomp(missing->str)) : NULL;
}
