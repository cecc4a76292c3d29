import re
from html.parser import HTMLParser

import pytest

from duro.simulator.comparison import Comparison
from duro.simulator.estimate import Estimate
from duro.simulator.page.curve_chart import Curve, CurveChart
from duro.simulator.page.interval_chart import Bar, IntervalChart
from duro.simulator.page.node import Node
from duro.simulator.page.report_page import ReportPage
from duro.simulator.page.scale import Scale
from duro.simulator.page.words import Words
from duro.simulator.policies.catalogue import Catalogue
from duro.simulator.priors import Priors
from duro.simulator.seeds import SeedBook
from duro.simulator.variation import Variation

_NAMES = ("ladder_2_7_14_21", "even_6_in_30", "duro_calendar", "oracle")


class _Reader(HTMLParser):
    """Reads a page as a browser does and fails where elements aren't closed in order; keeps tags and attributes."""

    VOID = frozenset({"meta", "br", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        assert len({name for name, _ in attrs}) == len(attrs), tag
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def _page(policies=_NAMES, variations=()):
    findings = Comparison(
        payers=100, months=2, seeds=SeedBook.DEVELOPMENT[:2], policies=policies, variations=variations
    ).run(lambda _: None)
    return ReportPage(findings, "duro simulate --payers 100").html()


@pytest.fixture(scope="module")
def html():
    return _page(variations=Variation.published()[:1])


class TestReportPage:
    def test_is_one_well_formed_document_with_a_title_a_language_and_one_heading(self, html):
        assert html.startswith('<!doctype html>\n<html lang="en">')
        tags = [tag for tag, _ in _read(html).seen]
        for once in ("html", "head", "title", "body", "main", "h1"):
            assert tags.count(once) == 1 + (tags.count("svg") if once == "title" else 0), once
        assert ("meta", {"charset": "utf-8"}) in _read(html).seen

    def test_needs_nothing_from_elsewhere_and_runs_nothing(self, html):
        reader = _read(html)
        assert not {"script", "link", "img", "iframe", "object", "embed", "base", "use"} & {
            tag for tag, _ in reader.seen
        }
        names = {name for _, attributes in reader.seen for name in attributes}
        assert not {"src", "href", "xlink:href", "srcset", "action", "style"} & names
        assert not any(name.startswith("on") for name in names)
        assert not re.search(r"url\(|@import|https?:|//[a-z]", html)

    def test_says_the_answer_what_it_is_made_of_what_it_leaves_out_and_how_to_make_it_again(self, html):
        text = _read(html).text
        assert re.search(r"Of all money that failed, duro_calendar brings back [\d.]+ %", text)
        assert "2 worlds (development seeds 1 to 2) of 100 payers" in text
        assert "duro simulate --payers 100" in text
        assert all(part in text for part in (*Words.LEFT_OUT, *Words.PURPOSE))

    def test_draws_what_came_back_how_soon_on_equal_terms_and_in_other_worlds(self, html):
        titles = re.findall(r"<svg[^>]*><title>([^<]+)</title>", html)
        assert titles == [
            "Money recovered by each policy, in per cent",
            "Money recovered by day",
            "card only, a rival's tries and window",
            "card only, 30 days and a rival's tries",
            "Differences in other worlds",
        ]

    def test_prints_every_range_and_every_policy(self, html):
        text = _read(html).text
        assert all(name in text for name, _ in Priors().rows())
        assert all(name in text for name in _NAMES)

    def test_is_whole_without_ours_and_without_the_bound(self):
        html = _page(policies=("fixed_daily",))
        assert "On equal terms" not in _read(html).text
        assert "fixed_daily brings back" in html

    def test_speaks_of_the_control_where_nothing_else_is_asked(self):
        assert "evenly spread tries bring back" in _page(policies=("even_6_in_30",))


class TestWords:
    def test_say_what_every_policy_does(self):
        assert all(Words.of(name) for name in (*Catalogue.NAMES, *Catalogue.PARTS))
        assert Words.of("even_6_in_30") == "6 tries, evenly spread over 30 days"
        assert Words.of("duro_calendar_4_in_21").endswith("with 4 tries in 21 days")


class TestNode:
    def test_escapes_what_is_written_and_what_stands_in_attributes(self):
        node = Node.of("p", "a < b & c", Node.of("br"), class_='"x" <y>')
        assert node.as_html() == '<p class="&quot;x&quot; &lt;y&gt;">a &lt; b &amp; c<br></p>'

    def test_leaves_a_style_as_it_is(self):
        assert Node.of("style", "a > b {}").as_html() == "<style>a > b {}</style>"


class TestScale:
    @pytest.mark.parametrize(
        ("values", "low", "high", "step"),
        [((0, 100), 0, 100, 20), ((-3.2, 1.1), -4, 2, 1), ((5, 5), 5, 5.5, 0.5), ((-80, 6), -80, 20, 20)],
    )
    def test_covers_the_values_from_round_to_round(self, values, low, high, step):
        scale = Scale.around(values, start=10, end=110)
        assert (scale.low, scale.high, scale.step) == (low, high, step)
        assert scale.ticks[0] == low
        assert scale.ticks[-1] == pytest.approx(high)
        assert (scale.at(low), scale.at(high)) == (10, 110)


class TestIntervalChart:
    def test_puts_a_dot_within_its_interval_and_the_figures_beside_it(self):
        bar = Bar("duro", "ours", Estimate(0.02, 0.01, 0.035))
        html = IntervalChart("differences", (bar,), are_differences=True).node().as_html()
        line = re.search(r'class="mark ours" x1="([\d.]+)" x2="([\d.]+)"', html)
        dot = re.search(r'circle class="mark ours" cx="([\d.]+)"', html)
        assert float(line[1]) < float(dot[1]) < float(line[2])
        assert "+2.0 (1.0 to 3.5)" in html
        assert 'class="zero"' in html

    def test_writes_no_negative_nothing(self):
        bar = Bar("duro", "ours", Estimate(-0.0001, -0.0002, -0.0001))
        html = IntervalChart("differences", (bar,), are_differences=True).node().as_html()
        assert "+0.0 (0.0 to 0.0)" in html

    def test_draws_a_dot_alone_for_one_seed(self):
        html = (
            IntervalChart("shares", (Bar("x", "rival", Estimate(0.5, None, None)),), are_differences=False)
            .node()
            .as_html()
        )
        assert ">50.0<" in html
        assert 'class="zero"' not in html


class TestCurveChart:
    def test_moves_names_apart_where_lines_end_together(self):
        curves = tuple(Curve(name, "rival", ((0.0, 0.0), (30.0, 80.0))) for name in ("one", "two"))
        html = CurveChart("by day", "days", curves).node().as_html()
        one, two = (float(y) for y in re.findall(r'class="label rival"[^>]* y="([\d.]+)"', html))
        assert abs(one - two) >= CurveChart.LEAST_GAP
