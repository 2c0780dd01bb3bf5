"""areas (辖区): the one tree of county, town, village, grid and micro-grid that everything sits in.

Owns: areas, their paths, outlines and centre points, what changed in the tree, the county's own profile.
Promises: the parent is the truth and the path is derived from it; moving or closing a subtree keeps its history;
whoever could see a row through its area sees exactly what the tree says now.
Says: AreaOpened, AreaMoved, AreaClosed, AreaRenamed. Listens: nothing.
"""
