/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages.h"

#include <idiom/error.h>

typedef enum { LIBRARY, RESOURCE, STREAM } Domain;

static const struct {
    Domain domain;
    int code;
} meanings[] = {
    [IDIOM_ERROR_NO_DEVICE] = {RESOURCE, GST_RESOURCE_ERROR_OPEN_READ_WRITE},
    [IDIOM_ERROR_FEATURE] = {RESOURCE, GST_RESOURCE_ERROR_OPEN_READ_WRITE},
    [IDIOM_ERROR_MEMORY] = {RESOURCE, GST_RESOURCE_ERROR_NO_SPACE_LEFT},
    [IDIOM_ERROR_DEVICE_LOST] = {RESOURCE, GST_RESOURCE_ERROR_OPEN_READ_WRITE},
    [IDIOM_ERROR_VULKAN] = {LIBRARY, GST_LIBRARY_ERROR_FAILED},
    [IDIOM_ERROR_SHAPE] = {STREAM, GST_STREAM_ERROR_FORMAT},
    [IDIOM_ERROR_FILE] = {RESOURCE, GST_RESOURCE_ERROR_READ},
    [IDIOM_ERROR_FORMAT] = {STREAM, GST_STREAM_ERROR_FORMAT},
    [IDIOM_ERROR_ARGUMENT] = {LIBRARY, GST_LIBRARY_ERROR_SETTINGS},
    [IDIOM_ERROR_NOT_FINITE] = {STREAM, GST_STREAM_ERROR_FORMAT},
    [IDIOM_ERROR_BUSY] = {LIBRARY, GST_LIBRARY_ERROR_FAILED},
};

static GQuark domain_quark(Domain domain)
{
    switch (domain) {
    case RESOURCE:
        return GST_RESOURCE_ERROR;
    case STREAM:
        return GST_STREAM_ERROR;
    default:
        return GST_LIBRARY_ERROR;
    }
}

static void post(GstElement *element, GstMessageType type, const GError *error)
{
    GQuark domain = error->domain;
    int code = error->code;
    if (error->domain == IDIOM_ERROR) {
        domain = domain_quark(meanings[error->code].domain);
        code = meanings[error->code].code;
    }
    gst_element_message_full(element, type, domain, code, g_strdup(error->message), NULL, __FILE__,
                             GST_FUNCTION, __LINE__);
}

void messages_post_error(GstElement *element, const GError *error)
{
    post(element, GST_MESSAGE_ERROR, error);
}

void messages_post_warning(GstElement *element, const GError *error)
{
    post(element, GST_MESSAGE_WARNING, error);
}
