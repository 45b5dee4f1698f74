/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"
#include "peak.h"

static char *check_peak(IdiomDevice *device, IdiomPrecision precision)
{
    (void)precision;
    g_autoptr(GError) error = NULL;
    return peak_check(device, &error) ? NULL : g_strdup(error->message);
}

CASES(peak)
{
    static const OpCheck peak = {"peak", .fp32_only = TRUE, .check = check_peak};
    add_case(checks, &peak, (RefArgs){0}, "", 0, NULL);
}
