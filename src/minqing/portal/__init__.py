"""portal: the residents' door. Phone pages without an account, without JavaScript if need be.

Owns: the landing page, the question behind a scanned door code, the receipt by which a reporter follows the case,
adds a word, urges and answers.
Promises: no session and no cookie but the one against forged forms and the one for large type; addresses are counted
under hashes that last a day (``kernel.limits``); every page works as plain HTML and weighs under 60 KB.
Says and listens: nothing; it calls ``cases.public``.
"""
