-- name: answer
SELECT 1;
