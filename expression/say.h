/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sentences, in English and Chinese, as settings of the element. */
#ifndef EXPRESSION_SAY_H
#define EXPRESSION_SAY_H

#include <glib.h>

/* A style that can be called. */
typedef struct {
    char *style;  /* name of the file */
    char *mix;    /* of several in it, this one; NULL where there is one */
    char **names; /* what it is called: its name, with and without dashes, and aliases; in lower case */
    char **moods;
} SayStyle;

typedef struct {
    GPtrArray *styles; /* SayStyle */
} SayVocabulary;

/* The installed styles. */
SayVocabulary *say_vocabulary_installed(void);
SayVocabulary *say_vocabulary_new(void);
void say_vocabulary_add(SayVocabulary *v, const char *style, const char *mix, const char *const *aliases,
                        const char *const *moods);
void say_vocabulary_free(SayVocabulary *v);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SayVocabulary, say_vocabulary_free)

/* What was made of a sentence. */
typedef struct {
    GPtrArray *settings; /* char *: property, value, property, value, ... */
    char *understood;    /* the parts that mean something, with commas between */
    char *unknown;       /* the words that do not; "" if there are none */
} Said;

/* Never fails. The same sentence and vocabulary give the same. */
Said *say_parse(const char *sentence, const SayVocabulary *v);
void said_free(Said *said);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Said, said_free)

/* The value of @property, or NULL. */
const char *said_value(const Said *said, const char *property);

/* As on a command line: style=painters mix=great-wave caption="Guten Morgen" */
char *said_settings(const Said *said);

#endif
