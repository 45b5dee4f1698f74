/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <idiom/version.h>

const char *idiom_version(void)
{
    return IDIOM_VERSION;
}
