"""How Minqing looks: components, base layouts, css and js modules, and the `/ui/` page that shows them all.

Owns: the four layouts (desk, phone, portal, plain), every component tag, the form widgets that browsers need help
with, the list of front-end parts taken from npm, the error pages and the large-type mode.

Promises: a misspelt component or parameter is an error, never silence; every component has a word beside its colour,
meets WCAG AA contrast and works as a plain link or form post without JavaScript; nothing needs an inline script
or style.

Says and listens to nothing: it has no tables. Door writers read README.md beside this file.
"""
