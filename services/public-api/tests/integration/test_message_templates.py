WORDS = "/v1/settings/messages"
LETTER = {"subject": "Thank you", "html": "<p>We got {{ amount }}.</p>", "text": "We got {{ amount }}."}


class TestAMerchantsOwnWords:
    async def test_are_none_until_they_are_put(self, api):
        listed = (await api.read(WORDS))["items"]
        assert [one["kind"] for one in listed] == [
            *("receipt", "renewal_reminder", "dunning_1", "dunning_2", "dunning_3", "dunning_4", "payment_recovered"),
            *("card_expiring", "trial_ending", "welcome", "authentication_link", "cancellation"),
        ]
        assert {one["updatedAt"] for one in listed} == {None}
        usual = {"kind": "receipt", "email": None, "whatsappTemplate": None, "updatedAt": None}
        assert await api.read(f"{WORDS}/receipt") == usual

    async def test_are_kept_as_they_were_put_until_they_are_removed(self, api):
        put = await api.http.put(f"{WORDS}/receipt", json={"email": LETTER, "whatsappTemplate": "our_receipt"})
        assert put.status_code == 200, put.text
        kept = await api.read(f"{WORDS}/receipt")
        assert kept == put.json()
        assert (kept["email"], kept["whatsappTemplate"]) == (LETTER, "our_receipt")
        (listed, *others) = (await api.read(WORDS))["items"]
        assert (listed["subject"], listed["whatsappTemplate"], listed["updatedAt"]) == (
            *("Thank you", "our_receipt"),
            kept["updatedAt"],
        )
        assert {one["subject"] for one in others} == {None}

        removed = await api.http.delete(f"{WORDS}/receipt")
        assert (removed.status_code, removed.json()["email"]) == (200, None)
        assert (await api.read(f"{WORDS}/receipt"))["updatedAt"] is None
        assert (await api.http.delete(f"{WORDS}/receipt")).status_code == 404

    async def test_are_replaced_as_a_whole(self, api):
        assert (await api.http.put(f"{WORDS}/receipt", json={"email": LETTER})).is_success
        answer = await api.http.put(f"{WORDS}/receipt", json={"whatsappTemplate": "our_receipt"})
        assert (answer.json()["email"], answer.json()["whatsappTemplate"]) == (None, "our_receipt")

    async def test_tell_of_every_fault_at_once(self, api):
        body = {
            "email": {
                "subject": "{{ card_number }}\nfor you",
                "html": "<script>x</script><p>Your card is sto<b>len</b></p>",
                "text": "{{ amount  Fraud! You lost it.",
            },
            "whatsappTemplate": "Our Receipt",
        }
        answer = await api.http.put(f"{WORDS}/receipt", json=body)
        assert answer.status_code == 422
        faults = [(fault["path"], fault["issue"]) for fault in answer.json()["error"]["details"]]
        assert faults == [
            ("email.subject", "is one line"),
            ("email.subject", "names the tag card_number, which doesn't exist"),
            ("email.html", "may not say stolen"),
            ("email.html", "may not hold the element script"),
            ("email.text", "may not say fraud"),
            ("email.text", "may not say lost"),
            ("email.text", "has a tag that can't be read in line 1"),
            ("whatsappTemplate", "is at most 512 small letters, digits and underscores"),
        ]
        assert (await api.read(f"{WORDS}/receipt"))["updatedAt"] is None

    async def test_are_something(self, api):
        answer = await api.http.put(f"{WORDS}/receipt", json={})
        assert answer.status_code == 422
        assert [fault["path"] for fault in answer.json()["error"]["details"]] == ["email"]

    async def test_are_for_what_payers_are_told(self, api):
        for kind in ("kyc_approved", "one_time_code", "greeting"):
            assert (await api.http.put(f"{WORDS}/{kind}", json={"email": LETTER})).status_code == 422, kind
