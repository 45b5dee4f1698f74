/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "coverage.h"

#include <gio/gio.h>
#include <string.h>

#include "gpu/gpu.h"
#include "run.h"

/* The products with which a shader runs. */
static IdiomProducts products_of(const char *name)
{
    if (strstr(name, "_matrix."))
        return strstr(name, "32") ? IDIOM_PRODUCTS_MATRIX_ALL : IDIOM_PRODUCTS_MATRIX;
    return strstr(name, "_half.") ? IDIOM_PRODUCTS_FP16 : IDIOM_PRODUCTS_FP32;
}

char *coverage_missing(IdiomDevice *device)
{
    const IdiomDeviceInfo *info = idiom_device_info(device);
    g_auto(GStrv) all = idiom_shader_names(), used = idiom_device_shaders(device);
    g_autoptr(GString) missing = g_string_new(NULL);
    for (IdiomPrecision precision = IDIOM_FP32; precision <= (info->fp16 ? IDIOM_FP16 : IDIOM_FP32);
         precision++) {
        g_autofree char *variant = variant_name(info->family, precision);
        for (char **name = all; *name; name++)
            if (g_str_has_suffix(*name, variant) && products_of(*name) == idiom_device_products(device) &&
                !g_strv_contains((const char *const *)used, *name))
                g_string_append_printf(missing, "%s\n", *name);
    }
    return missing->len ? g_strdup(g_strchomp(missing->str)) : NULL;
}
