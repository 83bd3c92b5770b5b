/*
 * curl_loop.h - libcurl multi on libevent: one event per socket, one timer
 */
#ifndef AE_NOTIFICATION_CURL_LOOP_H
#define AE_NOTIFICATION_CURL_LOOP_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

struct event_base;
struct curl_loop;

/* Whoever has a handle in the loop; its CURLOPT_PRIVATE, set by curl_loop_add. */
struct curl_task {
	void (*finished)(struct curl_task *task, CURLcode code); /* the handle is still in the loop */
};

/* connections: to one host at a time. NULL: libcurl or libevent gave out no handle. */
struct curl_loop *curl_loop_new(const void *parent, struct event_base *base, int64_t connections);
struct event_base *curl_loop_base(const struct curl_loop *l);
bool curl_loop_add(struct curl_loop *l, CURL *curl, struct curl_task *task);
void curl_loop_remove(struct curl_loop *l, CURL *curl);

#endif
