"""live (实时): tells pages that are open what changed, over streams that stay open, in a small process of its own.

Owns: streams, who has which case in hand just now (in memory, nothing stored).
Promises: nobody hears of a case that they would not see on the next page; rights that end, end a stream within half a
minute and before the next message; a late commit is not missed; nothing tells the minute of a nameless word; whether
this process lives or dies, pages work.
Says: nothing. Listens: to the journal, by the bell (``kernel.doorbell``). What is shown is asked for by the page
itself, by ordinary addresses, with the rights of the screen: a message holds ids of cases, and names of colleagues.
"""
