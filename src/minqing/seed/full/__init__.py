"""The full county: what one county makes in seven years, loaded by COPY in minutes.

710,000 residents, 260,000 households, 15,000 enterprises, 7,000 officials, 656,000 visits and a million cases with
their journal, made from the vocabularies and habits of the demonstration and from a seed. The ground for benchmarks.
"""
