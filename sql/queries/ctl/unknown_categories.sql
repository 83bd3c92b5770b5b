-- Categories of a file that the programme does not have.
SELECT DISTINCT r.category FROM json_to_recordset($1::json) AS r (category text)
WHERE r.category NOT IN (SELECT category FROM analytics.categories) ORDER BY 1
