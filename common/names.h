/*
 * names.h - texts numbered 0, 1, 2... in the order in which they are first seen
 */
#ifndef AE_NAMES_H
#define AE_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct names;

struct names *names_new(const void *parent);
/* The text's number; a text not seen before gets the next one. */
int32_t names_index(struct names *n, const char *text);
const char *names_text(const struct names *n, int32_t index);
int32_t names_count(const struct names *n);

#endif
