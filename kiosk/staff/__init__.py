"""The staff's own menu behind the screen: what a chore really does."""
