from duro.billing.recovery import PaydayProfile


class TestPaydayProfile:
    def test_is_what_is_believed_of_everybody_until_something_is_seen(self):
        assert PaydayProfile().weights == b""
        assert PaydayProfile().last_day is None
        assert not PaydayProfile().is_last_money

    def test_keeps_what_was_seen_last_in_the_order_of_days(self):
        profile = PaydayProfile().noting(20_500, b"a", is_money=True).noting(20_400, b"b", is_money=False)
        assert profile == PaydayProfile(b"b", (40_800, 41_001))
        assert (profile.last_day, profile.is_last_money) == (20_500, True)
        assert not profile.noting(20_501, b"c", is_money=False).is_last_money

    def test_keeps_no_more_than_so_many(self):
        profile = PaydayProfile()
        for day in range(20_000, 20_000 + 2 * PaydayProfile.KEPT):
            profile = profile.noting(day, b"", is_money=True)
        assert len(profile.sights) == PaydayProfile.KEPT
        assert profile.sights[0] >> 1 == 20_000 + PaydayProfile.KEPT

    def test_is_read_as_it_was_written(self):
        profile = PaydayProfile(bytes(range(194)), (41_000, 41_003))
        assert PaydayProfile.from_bytes(profile.to_bytes()) == profile
        assert PaydayProfile.from_bytes(PaydayProfile().to_bytes()) == PaydayProfile()
        assert len(profile.to_bytes()) == 2 + 2 * 3 + 194

    def test_is_built_again_when_another_version_wrote_it(self):
        written = PaydayProfile(b"abc", (41_000,)).to_bytes()
        assert PaydayProfile.from_bytes(b"\x00" + written[1:]) == PaydayProfile()
        assert PaydayProfile.from_bytes(b"") == PaydayProfile()
