/*
 * rewrite_links.h - tracked links and the open pixel in an HTML mail
 */
#ifndef AE_NOTIFICATION_REWRITE_LINKS_H
#define AE_NOTIFICATION_REWRITE_LINKS_H

#include "services/notification/track.h"

enum {
	REWRITE_LINKS_MAX = 500 /* those behind stay as they are */
};

struct rewrite {
	const struct track_keys *keys;
	const char *base; /* "https://go.example.org", without a slash at the end */
	const char *notification_id;
	instant expires;
	bool clicks, opens; /* what the member agreed to */
};

struct rewritten {
	const char *html;
	const char **urls; /* by link index, as a browser would read them: &amp; is & */
	size_t count;
};

/*
 * Replaces href="https://..." of <a> and <area> by tracking links, unless the tag carries data-ae-notrack,
 * and puts the pixel before the last </body>, or at the end. Comments (also conditional ones), <style>,
 * <script>, <title> and <textarea> are passed over. Everything hangs under parent. False: *error says why
 * (constant text).
 */
bool rewrite_links(const void *parent, const struct rewrite *r, const char *html, struct rewritten *out,
		   const char **error);

#endif
