MODULES += ae-analytics=analytics
