/*
 * drawn.h - pictures for mails, drawn once for all that look alike
 */
#ifndef AE_NOTIFICATION_DRAWN_H
#define AE_NOTIFICATION_DRAWN_H

#include "common/picture.h"

struct drawn {
	char *key;
	unsigned char *png;
	size_t length;
};

/* For a clear ground, sharp on fine screens. Good until the next call. NULL: there is nothing to draw. */
const struct drawn *drawn_picture(const struct picture *p, int width, int height);

#endif
