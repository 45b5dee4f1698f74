/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstidiom.h"

#include <idiom/version.h>

static gboolean plugin_init(GstPlugin *plugin)
{
    return GST_ELEMENT_REGISTER(idiom, plugin);
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, idiom, "Video in the style of a painting",
                  plugin_init, IDIOM_VERSION, "LGPL", "idiom", "Unknown package origin")
