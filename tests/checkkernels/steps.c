/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "steps.h"
#include "run.h"

/* Two tensors, so that the whole array is longer than each and than a multiple of four. */
static const IdiomShape tensors[] = {{5, 3, 3, 3}, {1, 67, 1, 1}};

IdiomParams *steps_params(IdiomDevice *device)
{
    IdiomParams *params = idiom_params_new(device);
    for (guint i = 0; i < G_N_ELEMENTS(tensors); i++) {
        g_autofree char *name = g_strdup_printf("tensor%u", i);
        idiom_params_add(params, name, tensors[i], NULL);
    }
    return params;
}

char *steps_compare(IdiomParams *params, const char *what, const Ref *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree float *values = g_new(float, idiom_params_elements(params));
    if (!idiom_params_read(params, values, &error))
        return g_strdup(error->message);
    return run_compare(what, expected, values, 1, 1e-6);
}
