from duro.billing.messages import MergeTags


class TestMergeTags:
    def test_are_the_nine_of_the_product(self):
        names = "store_name customer_name plan_name amount invoice_id next_attempt reason update_link pay_link"
        assert MergeTags.names() == tuple(names.split())

    def test_stay_on_one_line_and_hide_nothing(self):
        tags = MergeTags(customer_name="Ada\r\nBcc: a@b.ng\x00\u202e  Obi\u00a0", amount="₦5,000.00")
        assert tags.words["customer_name"] == "Ada Bcc: a@b.ng Obi"
        assert tags.words["amount"] == "₦5,000.00"
        assert not tags.words["reason"]
