/*
 * preference_page.h - the member's preference centre, reached from a message
 */
#ifndef AE_NOTIFICATION_PREFERENCE_PAGE_H
#define AE_NOTIFICATION_PREFERENCE_PAGE_H

#include "services/notification/form.h"
#include "services/notification/link.h"

/* --- page_change.c: a change that a link's holder makes ------------------------------------------- */

enum page_way {
	PAGE_SAVE,
	PAGE_UNSUBSCRIBE, /* never refused for being one too many */
	PAGE_RESUBSCRIBE
};

struct page_wish {
	const struct json *body;
	bool patch;          /* body is a merge patch, not the whole document */
	const char *version; /* as the form has it; NULL = whatever is there */
	enum page_way way;
};

/* Changes the stored preferences, and what the link knows of them. False: *out is the page that says why not.
 */
bool page_change(struct request *req, struct link *l, const struct page_wish *wish, reply *out);
/* Whether the form was made from what is there. */
bool page_current(const struct link *l, const struct form *form);

/* --- preference_form.c: the form as a merge patch ------------------------------------------------- */

enum {
	FORM_FAULTS_MAX = 5
};

struct form_fault {
	const char *field, *words; /* "time_zone"; words are "fault.<words>" */
};

struct form_wishes {
	const struct json *patch; /* holds only what is different from what holds now */
	bool different;
	struct form_fault faults[FORM_FAULTS_MAX];
	size_t fault_count;
};

struct form_wishes *preference_wishes(struct request *req, const struct link *l, const struct form *form);
/* Whether the page offers a category over a channel: there is such a message, and an address for it. What is
 * not offered stays as it is. */
bool preference_offered(const struct link *l, const struct category *c, enum channel channel);
/* The zone that quiet hours without one go by; "" if it is not known. */
const char *preference_own_zone(const struct link *l);
/* Whether quiet hours name a zone of their own. */
const char *preference_quiet_zone(const struct link *l, const struct json *quiet);
/* The language subtag of what the member gets messages in: "de". */
const char *preference_language(const void *parent, const struct json *holds);

/* --- preference_changes.c: a patch in words ------------------------------------------------------- */

void preference_put_changes(struct json_writer *w, const struct link *l, const struct json *patch);

/* --- preference_page.c ---------------------------------------------------------------------------- */

enum preference_view {
	VIEW_PLAIN,
	VIEW_SAVED,
	VIEW_CONFLICT,
	VIEW_FAULTS
};

/* form: what is shown instead of what holds; with its faults. NULL: what holds. */
MUST_USE reply preference_page(struct request *req, const struct link *l, enum preference_view view,
			       const struct form_wishes *wishes, const struct form *form);

/* --- address_page.c: addresses, and one that is taken away ---------------------------------------- */

void address_put_list(struct json_writer *w, const struct link *l);
MUST_USE reply address_remove(struct request *req, struct link *l, const struct form *form);

/* --- time_zones.c --------------------------------------------------------------------------------- */

/* The zones that people live in, by name, as the system's tzdata lists them. Kept for the life of the
 * process. */
const char *const *time_zones(size_t *count);

#endif
