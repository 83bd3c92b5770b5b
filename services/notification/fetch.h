/*
 * fetch.h - small documents from outside, needed in the middle of a request: guarded and short
 */
#ifndef AE_NOTIFICATION_FETCH_H
#define AE_NOTIFICATION_FETCH_H

/* The text behind an https URL, at most 64 KiB within 2 s; NULL if it cannot be had. Under parent. */
const char *fetch_once(const void *parent, const char *url);

#endif
