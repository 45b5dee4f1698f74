/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reference/activation.h"

#include <math.h>

static double value(double x)
{
    return 1 / (1 + exp(-x));
}

static double slope(double x)
{
    return value(x) * (1 - value(x));
}

const RefActivation ref_activation_sigmoid = {"sigmoid", value, slope};
