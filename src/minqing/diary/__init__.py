"""diary (民情日记): who was called on, when, what was heard, found and solved at the door.

Owns: visits, the findings picked out of them, their photos.
Promises: a visit sent twice is one visit; a visit stays in the area where it was made and is seen by whoever answers
for that area; photos are kept without EXIF; where an officer stood is kept only if the phone was allowed to say so.
Says: VisitRecorded, VisitAmended, FindingAdded. Listens: nothing. It knows nothing of cases: they hold the finding's
id, and a door that shows both asks each.
"""
