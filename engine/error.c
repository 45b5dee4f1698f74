/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <idiom/error.h>

GQuark idiom_error_quark(void)
{
    return g_quark_from_static_string("idiom-error-quark");
}
