"""notices (告知): telling people what concerns them, and telling other systems what happened.

Owns: notices (a line to one person in the product), channels (渠道) and addresses by which the same line leaves it,
deliveries (告知) with their own sending state, quiet hours, subscriptions of other systems (推送订阅) and pushes.
Promises: what leaves is built from a kind, a case's number and a state's label, never from words or personal values;
the same news told twice arrives once; a failed delivery says so on the case, is tried again with growing waits and
then left for a person; nothing is sent to this machine, to a cloud's metadata or, unless a setting says so, to a
private network.
Says: ChannelChanged, QuietHoursSet, AddressSet, SubscriptionChanged, SentAgain.
Listens: nothing; floors above declare their news (``cases.telling``) and read the journal on by ``follow``.

For floors above (``notices.public``): ``kind``, ``tell``, ``News``, ``follow``, ``announce``, ``Announcement``; for the
doors: the lists and services of their pages.
"""
