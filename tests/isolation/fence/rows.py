RECOVERY = (
    (
        """
    insert into {schema}.dunning_events (tenant_id, id, schedule_id, kind, reason, created_at)
    values ($1, $2, $3, 'opened', 'It was declined.', $4)""",
        (
            "id",
            "case",
            "now",
        ),
    ),
    (
        """
    insert into {schema}.recovery_settings (
        tenant_id, auto_recovery, dunning_enabled, max_tries, deadline_days, escalation, payday_aware, rails,
        renewal_reminders, renewal_reminder_days, quiet_from, quiet_until, updated_at)
    values ($1, true, true, 5, 35, 'unpaid', 'calendar', '{}', true, 3, '21:00', '08:00', $2)""",
        ("now",),
    ),
    (
        """
    insert into {schema}.payday_profiles (tenant_id, customer_id, profile, zone, learned_until)
    select $1, s.customer_id, '', s.zone, $3 from {schema}.subscriptions s where s.tenant_id = $1 and s.id = $2""",
        (
            "subscription",
            "now",
        ),
    ),
    (
        """
    insert into {schema}.messages (tenant_id, id, kind, cause, customer_id, status, data, send_at, created_at)
    select $1, $2, 'receipt', 'a cause', s.customer_id, 'pending',
           '{"amount": null, "currency": null, "reason": "", "nextAttemptAt": null}', $4, $4
    from {schema}.subscriptions s where s.tenant_id = $1 and s.id = $3""",
        (
            "id",
            "subscription",
            "now",
        ),
    ),
    (
        """
    insert into {schema}.payment_requests (
        tenant_id, id, invoice_id, subscription_id, provider, rail, status, amount, currency, look_at, created_at)
    values ($1, $2, $3, $4, 'simulated', 'ussd', 'opening', 1, 'NGN', $5, $5)""",
        (
            "id",
            "invoice",
            "subscription",
            "now",
        ),
    ),
    (
        """
    insert into {schema}.payment_requests (
        tenant_id, id, invoice_id, subscription_id, provider, rail, status, amount, currency, instructions, look_at,
        created_at)
    values ($1, $2, $3, $4, 'simulated', 'transfer', 'open', 1, 'NGN',
            '{"accountNumber": "0123456789", "bankName": "A Bank", "accountName": "Somebody"}', $5, $5)""",
        (
            "open request",
            "invoice",
            "subscription",
            "now",
        ),
    ),
    (
        """
    insert into {schema}.incoming_payments (
        tenant_id, id, provider, reference, rail, amount, currency, received_at, created_at)
    values ($1, $2, 'simulated', $2::uuid::text, 'transfer', 1, 'NGN', $3, $3)""",
        (
            "id",
            "now",
        ),
    ),
    (
        """
    insert into {schema}.allocations (tenant_id, id, incoming_payment_id, invoice_id, amount, currency, created_at)
    values ($1, $2, $2, $3, 1, 'NGN', $4)""",
        (
            "id",
            "invoice",
            "now",
        ),
    ),
    (
        """
    insert into {schema}.money_decisions (tenant_id, incoming_payment_id, is_sent_back, decided_by, note, decided_at)
    values ($1, $2, false, 'somebody', 'They asked.', $3)""",
        (
            "id",
            "now",
        ),
    ),
    (
        """
    insert into {schema}.review_decisions (
        tenant_id, attempt_id, is_taken, in_review_since, decided_by, note, decided_at)
    values ($1, $2, false, $3, 'somebody', 'They looked.', $3)""",
        (
            "attempt",
            "now",
        ),
    ),
    (
        """
    insert into {schema}.disputes (
        tenant_id, id, attempt_id, provider, provider_reference, amount, currency, reason, status, opened_at, closed_at)
    values ($1, $2, $3, 'simulated', $2::uuid::text, 1, 'NGN', 'not_recognized', 'won', $4, $4)""",
        (
            "id",
            "attempt",
            "now",
        ),
    ),
)
"""Rows of recovery that no route makes, and what each statement wants to know."""
