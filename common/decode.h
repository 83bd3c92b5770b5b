/*
 * decode.h - a request's values into its operation's input struct, by the declaration
 */
#ifndef AE_DECODE_H
#define AE_DECODE_H

#include "common/request.h"

/* Fills req->in. False: every fault is in *faults (under req), and the request is a 400. */
bool request_decode(struct request *req, struct fault **faults, size_t *count);

#endif
