/*
 * slack_judge.h - what Slack's answers mean
 */
#ifndef AE_NOTIFICATION_SLACK_JUDGE_H
#define AE_NOTIFICATION_SLACK_JUDGE_H

#include "services/notification/channel.h"

/*
 * Judges an answer of the Web API. True: "ok" is true, and *reply is the whole answer, under parent. False:
 * out holds the outcome. posting: an answer that did not come leaves open whether there is a message.
 */
bool slack_judge_api(const void *parent, const struct answer *a, bool posting, const struct json **reply,
		     struct step_out *out);

/* Judges an answer of an incoming webhook; out always holds the outcome. */
void slack_judge_webhook(const void *parent, const struct answer *a, struct step_out *out);

#endif
