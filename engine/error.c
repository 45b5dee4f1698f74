/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <idiom/error.h>

G_DEFINE_QUARK(idiom-error-quark, idiom_error)
