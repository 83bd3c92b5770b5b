/*
 * fcm_judge.h - what Google's answers mean
 */
#ifndef AE_NOTIFICATION_FCM_JUDGE_H
#define AE_NOTIFICATION_FCM_JUDGE_H

#include "services/notification/channel.h"

/*
 * Judges the answer to a request for an access token. The token hangs under parent and is wiped when
 * freed; *seconds is how long it holds. NULL: out holds the outcome.
 */
char *fcm_judge_token(const void *parent, const struct answer *a, int64_t *seconds, struct step_out *out);

/* Judges the answer of messages:send; out holds the outcome. True: a new access token may help. */
bool fcm_judge_send(const void *parent, const struct answer *a, struct step_out *out);

#endif
