/*
 * decode.h - a request's values into its operation's input struct, by the declaration
 */
#ifndef AE_DECODE_H
#define AE_DECODE_H

#include "common/request.h"

/* Fills req->in. False: every fault is in *faults (under req), and *e says what kind of error they are. */
bool request_decode(struct request *req, enum error *e, struct fault **faults, size_t *count);

#endif
