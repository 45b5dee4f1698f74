/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reference/activation.h"

#include <math.h>

static double value(double x)
{
    return fmax(x, 0) + log1p(exp(-fabs(x)));
}

static double slope(double x)
{
    return 1 / (1 + exp(-x));
}

const RefActivation ref_activation_softplus = {"softplus", value, slope};
