from duro.billing.recovery.payday.particle_weights import ParticleWeights

WEIGHTS = ParticleWeights.of(bytes([255, 1, 6, 0]))


def _mask(*places: int) -> int:
    return sum(1 << (8 * place) for place in places)


class TestParticleWeights:
    def test_add_up_under_a_mask(self):
        assert WEIGHTS.under(-1) == 262
        assert WEIGHTS.under(_mask(0, 2)) == 261
        assert WEIGHTS.under(_mask(1)) == 1
        assert WEIGHTS.under(0) == 0

    def test_are_halved_where_something_speaks_against_them(self):
        doubted = WEIGHTS.doubting(_mask(0, 2), 2)
        assert [doubted.under(_mask(place)) for place in range(4)] == [63, 1, 1, 0]
