MODULES += ae-notification=notification
