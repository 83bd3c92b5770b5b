MODULES += ae-recommendation=recommendation
