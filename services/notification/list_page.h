/*
 * list_page.h - pages of lists: cursors, and where the next page is
 *
 * A cursor says behind which row a page begins, and holds for the list it was given out for only: the same
 * operation, the same path, the same filters. Clients keep it as it is; the signature says so.
 */
#ifndef AE_NOTIFICATION_LIST_PAGE_H
#define AE_NOTIFICATION_LIST_PAGE_H

#include "common/request.h"

/* *after = the row that the cursor names, as list_page_reply was told it; NULL on the first page. False: it
 * is none, and *out refuses it. */
bool list_page_begin(struct request *req, const char *cursor, const char **after, reply *out);
/* Ends the document: next_cursor and Link lead behind that row, or nowhere if last is NULL. */
MUST_USE reply list_page_reply(struct request *req, struct json_writer *w, const char *last);

#endif
