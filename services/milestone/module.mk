MODULES += ae-milestone=milestone
