alter table dunning_schedules no force row level security;
alter table invoices no force row level security;
update dunning_schedules d
set currency = i.currency, amount = i.total,
    wake_at = case when d.state in ('scheduled', 'awaiting_customer') and d.paused_at is null then d.opened_at end
from invoices i
where i.tenant_id = d.tenant_id and i.id = d.invoice_id and d.currency = 'XXX';
alter table dunning_schedules force row level security;
alter table invoices force row level security;
