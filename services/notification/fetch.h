/*
 * fetch.h - a small document from outside, needed in the middle of a request
 */
#ifndef AE_NOTIFICATION_FETCH_H
#define AE_NOTIFICATION_FETCH_H

#include "services/notification/notifier.h"

/* The text behind an https URL, guarded, at most 64 KiB within 2 s; NULL if it cannot be had. Under parent.
 * ca_file: "" = the system's. */
const char *fetch(struct notifier *n, const void *parent, const char *url, const char *ca_file);

#endif
