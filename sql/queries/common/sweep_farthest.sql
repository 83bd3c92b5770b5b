-- Of several places in the order of the members the farthest; null is the end. Its number, from 1.
SELECT place FROM unnest($1::text[]) WITH ORDINALITY AS u (reach, place) ORDER BY reach DESC NULLS FIRST, place LIMIT 1
