/*
 * dead_letter.h - the end of a dead letter, one way or the other
 */
#ifndef AE_NOTIFICATION_DEAD_LETTER_H
#define AE_NOTIFICATION_DEAD_LETTER_H

#include "common/request.h"

/* The statement takes it off the list and gives the member; the log tells the outcome and who wanted it. */
reply end_dead_letter(struct request *req, const char *notification_id, int statement, const char *outcome);

#endif
