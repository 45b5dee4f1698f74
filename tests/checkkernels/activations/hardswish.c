/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reference/activation.h"

#include <math.h>

static double value(double x)
{
    return x * fmin(fmax(x / 6 + 0.5, 0), 1);
}

static double slope(double x)
{
    return x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5;
}

const RefActivation ref_activation_hardswish = {"hardswish", value, slope};
