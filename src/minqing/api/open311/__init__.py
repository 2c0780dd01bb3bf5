"""Open311 GeoReport v2: what other cities' apps speak, over the same cases (decision 0101).

Services are our topics, requests are cases that came by a token, ids are the numbers of cases. Each answer in XML and
in JSON from one tree.
"""
