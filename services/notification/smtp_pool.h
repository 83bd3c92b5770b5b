/*
 * smtp_pool.h - sessions with mail relays, kept and used again
 *
 * libcurl connects, makes TLS and logs in (CURLOPT_CONNECT_ONLY); the mails are spoken over its connection by
 * smtp_talk.c. libcurl's own way of sending a mail waits for the reply to each inside the call: with a relay
 * that takes its time the whole daemon would stand still.
 */
#ifndef AE_NOTIFICATION_SMTP_POOL_H
#define AE_NOTIFICATION_SMTP_POOL_H

#include "services/notification/curl_loop.h"
#include "services/notification/wire.h"

struct smtp_pool;

/* connections: to one relay at a time. */
struct smtp_pool *smtp_pool_new(const void *parent, struct curl_loop *loop, int64_t connections);
/* As wire_start, for a transfer with mail_from. Beyond the connections mails wait. */
void smtp_submit(struct smtp_pool *p, const struct transfer *t, wire_done done, void *context);
size_t smtp_pool_busy(const struct smtp_pool *p);

#endif
