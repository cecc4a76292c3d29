"""An invoice on paper: what a payer reads there."""

import io

from pypdf import PdfReader

from duro.testkit.merchant_client import Json, MerchantClient


async def printed(api: MerchantClient, invoice: Json) -> tuple[str, bytes]:
    answer = await api.http.get(f"/v1/invoices/{invoice['id']}/pdf")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{invoice["id"]}.pdf"'
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages), answer.content


class TestAnInvoiceAsPdf:
    async def test_shows_who_owes_whom_what_for_which_time(self, either: MerchantClient):
        customer = await either.customer(name="Ṣadé Okonkwo")
        card = await either.card(customer)
        plan = await either.plan(name="Gold #1 *plus* $x$")
        order = {"customerId": customer["id"], "planId": plan["id"], "paymentMethodId": card["id"], "quantity": 3}
        subscription = await either.made("/v1/subscriptions", order)
        (invoice,) = (await either.read("/v1/invoices", subscriptionId=subscription["id"]))["items"]
        await either.made(f"/v1/invoices/{invoice['id']}/refund", {"amount": 250_050})

        text, _ = await printed(either, invoice)

        for expected in (
            "Ada's Kitchen",
            invoice["id"],
            "Paid",
            "Ṣadé Okonkwo",
            "ada@example.com",
            "Gold #1 *plus* $x$",
            "₦5,000.00",
            "₦15,000.00",
            "₦2,500.50",
            f"{invoice['periodStart'][:10]} – {invoice['periodEnd'][:10]}",
        ):
            assert expected in text.replace("\u2019", "'"), text

    async def test_shows_credit_and_what_is_left_to_pay(self, api: MerchantClient):
        subscription = await api.subscription(number="4000000000000515", currency="USD", amount=2000)
        (invoice,) = (await api.read("/v1/invoices", subscriptionId=subscription["id"]))["items"]
        text, content = await printed(api, invoice)
        assert "Open" in text
        assert text.count("$20.00") == 5
        assert (await printed(api, invoice))[1] == content

    async def test_of_an_invoice_that_isnt_there_is_not_found(self, api: MerchantClient):
        answer = await api.http.get("/v1/invoices/inv_01jxk8m3s4e5f6g7h8j9k0m1n2/pdf")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
