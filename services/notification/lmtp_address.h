/*
 * lmtp_address.h - where the LMTP server listens: a unix socket, or a port of this host's loopback
 */
#ifndef AE_NOTIFICATION_LMTP_ADDRESS_H
#define AE_NOTIFICATION_LMTP_ADDRESS_H

#include <stdbool.h>

/* Whether it is "unix:/path", "127.0.0.1:port" or "[::1]:port". */
bool lmtp_address_valid(const char *address);
/*
 * A listening socket, not blocking; *path is a unix socket's, under parent, else NULL. -1: errno says why;
 * EADDRINUSE if another process listens there.
 */
int lmtp_address_listen(const void *parent, const char *address, const char **path);
/* The TCP port of a socket; 0 for a unix socket. */
int lmtp_address_port(int fd);

#endif
