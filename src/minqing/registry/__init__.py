"""registry (民情档案): residents, households, enterprises and places, and the tags they carry.

Owns: the four kinds of subject, who lives in which household from when to when, tags with owner, reason and end,
spreadsheets on their way in.
Promises: nobody outside an area's appointments sees a file; ID numbers and phones lie encrypted and leave masked, never
in an edit form; two people at once never overwrite each other; a row of a spreadsheet goes in whole or not at all, and
the same file again changes nothing; opening a dossier leaves an entry.
Says: SubjectAdded, SubjectEdited, SubjectClosed, MovedIn, MovedOut, HeadChanged, TagAdded, TagEnded,
SpreadsheetUploaded, SpreadsheetApplied. Listens: nothing.

What doors use (all in ``public``):
  find       search, search_everything, find_exact, households_of, subject, subjects, tag_kinds, areas_to_register_in
  read       open_dossier (records the read), dossier (does not), edit_values
  write      add_resident, edit_resident, resident_gone; add_household, edit_household, close_household, move_in,
             move_out, set_head; add_enterprise, edit_enterprise, close_enterprise; add_place, edit_place,
             close_place; add_tag, end_tag
  import     template_xlsx, stage_import, my_imports, preview, error_rows, error_csv, apply_import, discard_import
  forms      ResidentForm, HouseholdForm, MoveInForm, EnterpriseForm, PlaceForm, TagForm, UploadForm, SearchForm,
             ExactForm
"""
