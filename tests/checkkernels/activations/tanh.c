/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reference/activation.h"

#include <math.h>

static double value(double x)
{
    return tanh(x);
}

static double slope(double x)
{
    return 1 - tanh(x) * tanh(x);
}

const RefActivation ref_activation_tanh = {"tanh", value, slope};
