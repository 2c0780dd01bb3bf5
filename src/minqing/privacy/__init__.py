"""privacy (个人信息分类): what every column holds, why, for how long and who may see it; and the clearing away.

Owns: ``columns.toml``, the one file in which every column of every table is classified.
Promises: a column that is not in it fails the build; what is past its term is gone by the next morning, and the
journal says how many rows went; a statistic never shows a cell that fewer than five people make up.
Says: ``TermPassed``. Listens: nothing.
"""
