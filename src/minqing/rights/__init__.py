"""rights (本人权利): what a resident may ask about their own file (Personal Information Protection Law, arts. 44-50).

Owns: personal codes (本人查阅码) and the sessions they open, requests about one's own file (个人信息请求) with what was
decided and done, the table of what the law holds (``holds``), the copy of everything, the carrying out of erasure.
Promises: only who showed a document to a clerk, in person, gets a code; the clerk, the document and the hour are on
record; a code lies in the database as a keyed hash; a receipt of a case never opens a file. Whoever opened the file is
named, with the reason. A refusal names its law. What no law holds is erased, also from the journal's details.
Says: CodeHandedOver, CodeWithdrawn, RequestMade, RequestDecided, CorrectionApplied, CopyTaken, PersonErased.
Listens: nothing.

What doors use (``public``): ``hand_over``, ``withdraw_code``, ``open_session``, ``session``, ``end_session``,
``my_file``, ``who_read``, ``what_changed``, ``ask``, ``my_requests``, ``requests``, ``request_file``, ``take_step``,
``carry_out``, ``copy_json``, ``copy_pdf``, ``counts``.
"""
