select s.id from {schema}.subscriptions s where s.tenant_id = $1 and s.id = any($2::uuid[]) order by s.id for update
