/*
 * exchange.h - one transfer over the sender's own wire, waited for
 */
#ifndef AE_TESTS_EXCHANGE_H
#define AE_TESTS_EXCHANGE_H

#include "services/notification/channel.h"

/* What came back, its texts under parent. Connections are kept from one call to the next. */
struct answer exchange(const void *parent, const struct transfer *t);
/* Closes what was kept. */
void exchange_end(void);

#endif
