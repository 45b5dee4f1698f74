/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reference/activation.h"

#include <math.h>

static double value(double x)
{
    return fmax(x, 0);
}

static double slope(double x)
{
    return x > 0;
}

const RefActivation ref_activation_relu = {"relu", value, slope};
