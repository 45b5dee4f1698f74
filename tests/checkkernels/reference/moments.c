/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reference.h"

double ref_plane_mean(const double *v, gsize count)
{
    double sum = 0;
    for (gsize i = 0; i < count; i++)
        sum += v[i];
    return sum / (double)count;
}

double ref_plane_variance(const double *v, gsize count)
{
    double mean = ref_plane_mean(v, count), sum = 0;
    for (gsize i = 0; i < count; i++)
        sum += (v[i] - mean) * (v[i] - mean);
    return sum / (double)count;
}
