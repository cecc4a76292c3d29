\set n random(1, :count)
select tenant_id as tenant, digest as digest from public.targets where n = :n \gset
select k.mode as unused from core.resolve_api_key(decode(:digest::text, 'hex')) k \gset
begin;
select set_config('duro.tenant_id', :tenant::text, true) as unused \gset
select s.* from test.subscriptions s where s.tenant_id = :tenant::uuid order by s.id desc limit 21;
commit;
