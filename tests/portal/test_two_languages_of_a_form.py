"""A text of one language is written in its direction, on a page of either."""

from __future__ import annotations

from django import forms

from portal.templatetags.portal_ui import control


class _Form(forms.Form):
    hint_ar = forms.CharField()
    hint_en = forms.CharField(widget=forms.Textarea)
    own_en = forms.CharField(widget=forms.TextInput(attrs={"dir": "auto"}))
    note = forms.CharField()


def test_each_control_has_the_direction_of_its_language() -> None:
    form = _Form()
    assert 'lang="ar"' in control(form["hint_ar"])
    assert 'dir="rtl"' in control(form["hint_ar"])
    assert 'lang="en"' in control(form["hint_en"])
    assert 'dir="ltr"' in control(form["hint_en"])
    assert 'dir="auto"' in control(form["own_en"])
    assert "lang=" not in control(form["own_en"])
    assert "dir=" not in control(form["note"])
