"""A code to scan with a phone, beside the words that say so."""

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout


class QrPanel(BoxLayout):
    """Without a `link` it takes no room. `heard_then`: keys of what is said in place of `then`."""

    link = StringProperty()
    say = StringProperty()
    then = StringProperty()
    heard_then = StringProperty("speech.qr_scan")
