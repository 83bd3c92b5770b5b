/*
 * template_image.h - the pictures in a template's mail
 *
 *   "images": {"progress": {"kind": "ring", "value": "{{value}}", "target": "{{target}}", "width": 112,
 * "height": 112, "alt": {"en": "{{value_text}} of {{target_text}}", "de": "..."}}}
 *
 * kind ring or bar takes value and target, sparkline and columns take values: numbers with blanks between
 * ("{{#visits}}{{.}} {{/visits}}"). All but kind, width and height are Mustache; alt, label and note are a
 * text or one for each language. For the mail's HTML every picture that can be drawn is a variable:
 *
 *   {{#images.progress}}<img src="cid:{{cid}}" width="{{width}}" height="{{height}}"
 * alt="{{alt}}">{{/images.progress}}
 *
 * so that what stands between is left out with the picture. Only pictures that the HTML shows are attached.
 */
#ifndef AE_NOTIFICATION_TEMPLATE_IMAGE_H
#define AE_NOTIFICATION_TEMPLATE_IMAGE_H

#include "common/mustache.h"
#include "common/problem.h"
#include "services/notification/channel.h"

enum {
	TEMPLATE_IMAGES_MAX = 4
};

struct template_images;

/* The images in the words of a language. NULL: *wrong says where and what, under parent. */
struct template_images *template_images_read(const void *parent, const struct json *images,
					     const char *locale, struct fault *wrong);
/* Draws what can be drawn and adds it to the variables as "images". False: *error says why. */
bool template_images_draw(const void *parent, const struct template_images *t, struct json *variables,
			  const struct mustache_partials *partials, struct message *out, const char **error);
/* Leaves only those that the HTML shows. */
void template_images_shown(struct message *m);

#endif
