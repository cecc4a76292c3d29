alter table recovery_settings add column reply_to text check (length(reply_to) between 3 and 254);
comment on column recovery_settings.reply_to is 'Where payers'' answers to messages go; without one nobody is asked to answer.';
