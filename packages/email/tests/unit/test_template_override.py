import pytest

from duro.billing.messages import MergeTags
from duro.email import LinkRule, TemplateOverride, TemplateRenderer
from duro.kernel import InvalidInputError

RENDERER = TemplateRenderer(LinkRule())
SOUND = {"subject": "Hello", "html": "<p>Hello</p>", "text": "Hello"}


class TestTemplateOverride:
    @pytest.mark.parametrize(
        "given",
        [
            SOUND,
            *({**SOUND, "text": f"Hello {{{{ {tag} }}}}"} for tag in MergeTags.names()),
            {**SOUND, "html": "<!doctype html><html><body style='color:#123'>{{ reason }} &amp; <br/>x</body></html>"},
            {**SOUND, "html": "<a href=\"https://shop.example/help?x=1#a\">help</a> <a href='{{pay_link}}'>pay</a>"},
            {**SOUND, "html": "<img src='https://shop.example/logo.png' alt='{{ store_name }}' width=10>"},
            {**SOUND, "html": "<style>@media (max-width: 600px) { p { color: red } }</style><p>1 &lt; 2</p>"},
            {**SOUND, "text": "Almost, glossy and frustrating"},
            {**SOUND, "html": "{# a note of ours #}<p>{% raw %}{{ braces }}{% endraw %}</p>"},
        ],
    )
    def test_may_be_words_and_tags(self, given):
        RENDERER.require_sound(TemplateOverride(**given))

    @pytest.mark.parametrize(
        ("part", "source", "issue"),
        [
            ("text", " \n", "is required"),
            ("subject", "a" * 201, "at most 200"),
            ("html", "a" * 100_001, "at most 100000"),
            ("text", "a" * 20_001, "at most 20000"),
            ("subject", "Hello\nBcc: x@y.ng", "one line"),
            ("text", "{{ customer_name", "can't be read in line 1"),
            ("text", "\n{% if %}", "can't be read in line 2"),
            ("text", "{{ secret }}", "names the tag secret"),
            ("text", "{{ customer_name.__class__ }}", "nothing else"),
            ("text", "{{ customer_name['x'] }}", "nothing else"),
            ("text", "{{ customer_name|upper }}", "nothing else"),
            ("text", "{{ customer_name() }}", "nothing else"),
            ("text", "{{ 7 * 7 }}", "nothing else"),
            ("text", "{{ customer_name ~ reason }}", "nothing else"),
            ("text", "{% if reason %}x{% endif %}", "nothing else"),
            ("text", "{% for c in customer_name %}{{ c }}{% endfor %}", "nothing else"),
            ("text", "{% set reason = 'x' %}{{ reason }}", "nothing else"),
            ("text", "{% include 'layout.mjml' %}", "nothing else"),
            ("text", "{% macro m() %}{% endmacro %}", "nothing else"),
            ("text", "{{ self }}", "names the tag self"),
            ("subject", "Your card was STOLEN", "may not say stolen"),
            ("text", "You have\nlost it", "may not say lost"),
            ("text", "fraudulent", "may not say fraudulent"),
            ("text", "l\u00adost", "may not say lost"),
            ("html", "<p>fr<i>aud</i></p>", "may not say fraud"),
            ("html", "<p>sto&#108;en</p>", "may not say stolen"),
            ("html", "<img src='https://a.example/x.png' alt='Lost?'>", "may not say lost"),
            ("text", "lo{# #}st", "may not say lost"),
            ("html", "<script>x</script>", "element script"),
            ("html", "<p>a</p><iframe></iframe>", "element iframe"),
            ("html", "<form></form>", "element form"),
            ("html", "<p onclick='x'>a</p>", "attribute onclick"),
            ("html", "<meta http-equiv='refresh' content='0'>", "attribute http-equiv"),
            ("html", "<meta content='0;URL=https://a.example'>", "attribute content"),
            ("html", "<a href='javascript:alert(1)'>x</a>", "link in href"),
            ("html", "<a href='http://shop.example'>x</a>", "link in href"),
            ("html", "<a href='/relative'>x</a>", "link in href"),
            ("html", "<a href='{{ customer_name }}'>x</a>", "link in href"),
            ("html", "<a href='https://{{ store_name }}/'>x</a>", "link in href"),
            ("html", "<a href='java{##}script:x'>x</a>", "link in href"),
            ("html", "<img src='data:image/png;base64,x'>", "link in src"),
            ("html", "<p style='background:url(https://a.example)'>x</p>", "reach out"),
            ("html", "<p style='color:{{ customer_name }}'>x</p>", "tag in the attribute style"),
            ("html", "<p class={{ customer_name }}>x</p>", "attribute"),
            ("html", "<style>@import 'https://a.example'</style>", "reach out"),
            ("html", "<style>p { color: {{ reason }} }</style>", "reach out"),
            ("html", "<{##}script>x</script>", "element script"),
            ("html", "<{{ store_name }}>x", "element"),
            ("html", "</{{ store_name }}>x", "element"),
            ("html", "a < b", "begins no element"),
            ("html", "<p>x</p><a href='https://a.example", "begins no element"),
            ("html", "<!--[if mso]>x<![endif]-->", "comments"),
            ("html", "<!ENTITY x>", "comments"),
            ("html", "<![CDATA[x]]>", "declaration"),
            ("html", "<!doctype svg>", "declaration"),
            ("html", "<?php x ?>", "instruction"),
        ],
    )
    def test_may_be_nothing_else(self, part, source, issue):
        with pytest.raises(InvalidInputError) as refusal:
            RENDERER.require_sound(TemplateOverride(**{**SOUND, part: source}))
        assert any(fault.path == part and issue in fault.issue for fault in refusal.value.faults), refusal.value.faults

    def test_is_told_everything_that_is_wrong_with_it_at_once(self):
        override = TemplateOverride("{{ a }}{{ b }}", "<iframe><a href='x' onclick='y'>", "{{")
        with pytest.raises(InvalidInputError) as refusal:
            RENDERER.require_sound(override)
        assert [(fault.path, fault.issue[:34]) for fault in refusal.value.faults] == [
            ("subject", "names the tag a, which doesn't exi"),
            ("subject", "names the tag b, which doesn't exi"),
            ("html", "may not hold the element iframe"),
            ("html", "has a link in href that must be a "),
            ("html", "may not hold the attribute onclick"),
            ("text", "has a tag that can't be read in li"),
        ]

    def test_may_hold_http_links_while_developing(self):
        override = TemplateOverride(**{**SOUND, "html": "<a href='http://127.0.0.1:8401/x'>x</a>"})
        TemplateRenderer(LinkRule(is_development=True)).require_sound(override)
