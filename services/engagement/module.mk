MODULES += ae-engagement=engagement
