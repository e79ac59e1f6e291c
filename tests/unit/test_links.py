from urllib.parse import parse_qs

from dashboard.links import link, merge


def test_a_change_replaces_adds_and_removes_keys_and_leaves_the_rest() -> None:
    merged = merge("area=510118001&domain=大民生&window=30d", {"domain": "大平安", "window": None, "source": "video,drone"})
    assert parse_qs(merged) == {"area": ["510118001"], "domain": ["大平安"], "source": ["video,drone"]}


def test_a_link_works_without_script_and_says_its_change_to_the_script() -> None:
    anchor = link("area=1", {"area": None, "q": "a&b=c <x>"}, "name").to_plotly_json()["props"]
    assert parse_qs(anchor["href"].removeprefix("?")) == {"q": ["a&b=c <x>"]}
    assert parse_qs(anchor["data-change"], keep_blank_values=True) == {"area": [""], "q": ["a&b=c <x>"]}
