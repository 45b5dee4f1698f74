/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers of the element's properties: each file that has some counts on from its own first one. */
#ifndef IDIOM_PROPERTYIDS_H
#define IDIOM_PROPERTYIDS_H

#define PROPERTIES_PER_FILE 100

enum {
    FIRST_OF_SETTINGS = 0,
    FIRST_OF_SPEECH = FIRST_OF_SETTINGS + PROPERTIES_PER_FILE,
    FIRST_OF_SENTENCE = FIRST_OF_SPEECH + PROPERTIES_PER_FILE,
    FIRST_OF_SUBJECT = FIRST_OF_SENTENCE + PROPERTIES_PER_FILE,
};

#endif
