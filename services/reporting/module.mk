MODULES += ae-reporting=reporting
