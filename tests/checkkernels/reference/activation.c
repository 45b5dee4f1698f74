/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activation.h"

const char *ref_activation_name(IdiomActivation act)
{
    return act == IDIOM_ACT_NONE ? "" : ref_activations[act]->name;
}

double ref_activate(double x, IdiomActivation act)
{
    return act == IDIOM_ACT_NONE ? x : ref_activations[act]->value(x);
}

double ref_activate_slope(double x, IdiomActivation act)
{
    return act == IDIOM_ACT_NONE ? 1 : ref_activations[act]->slope(x);
}
