"""The front door of the registry."""

from minqing.registry.forms import (
    CloseForm,
    EndTagForm,
    EnterpriseForm,
    ExactForm,
    GoneForm,
    HeadForm,
    HouseholdForm,
    MoveInForm,
    MoveOutForm,
    NewMemberForm,
    PlaceForm,
    ResidentForm,
    SearchForm,
    TagForm,
    UploadForm,
)
from minqing.registry.models import (
    Enterprise,
    Household,
    HouseholdMember,
    Identity,
    ImportBatch,
    ImportRow,
    Place,
    Resident,
    Tag,
    TagKind,
    name_initials,
)
from minqing.registry.models.imports import IMPORT_KINDS, OUTCOME_LABELS, STATUS_LABELS
from minqing.registry.models.subjects import id_index, phone_index
from minqing.registry.permissions import (
    EDIT_REGISTRY,
    IMPORT_REGISTRY,
    SEE_REGISTRY,
    SEE_SENSITIVE_TAGS,
    TAG_SUBJECTS,
)
from minqing.registry.queries.dossier import Dossier, EditValues, Fact, TagLine, dossier, edit_values
from minqing.registry.queries.imports import (
    ErrorLine,
    Preview,
    PreviewRow,
    error_csv,
    error_rows,
    import_batch,
    my_imports,
    preview,
)
from minqing.registry.queries.search import (
    HouseholdLine,
    HouseholdPage,
    MemberLine,
    SearchPage,
    SubjectRow,
    areas_to_register_in,
    find_exact,
    households_of,
    search,
    search_everything,
    tag_kinds,
)
from minqing.registry.queries.subjects import SubjectRef, SubjectView, subject, subject_ref, subjects
from minqing.registry.rules import (
    EMPLOYEE_BANDS,
    ENTERPRISE,
    GONE_LABELS,
    HOUSEHOLD,
    KIND_LABELS,
    PLACE,
    PLACE_KINDS,
    PRESENCE_LABELS,
    RELATION_LABELS,
    RESIDENT,
    SEX_LABELS,
    TAG_KINDS,
    age_on,
    read_id_number,
    read_phone,
    read_uscc,
    relation_key,
)
from minqing.registry.services.by_request import (
    ERASABLE,
    Traces,
    correct_fact,
    end_tag_by_request,
    erase_facts,
    erase_person,
    erase_tag,
    household_ids_of,
    traces,
)
from minqing.registry.services.households import (
    add_household,
    close_household,
    edit_household,
    move_in,
    move_out,
    set_head,
)
from minqing.registry.services.imports import apply_import, discard_import, expire_imports, stage_import
from minqing.registry.services.inputs import EnterpriseInput, HouseholdInput, PlaceInput, ResidentInput
from minqing.registry.services.own_file import (
    HomeTime,
    OwnFile,
    OwnTag,
    homes_of,
    own_file,
    own_numbers,
    own_parts,
    own_tags,
)
from minqing.registry.services.reading import open_dossier
from minqing.registry.services.residents import (
    add_resident,
    edit_resident,
    resident_back,
    resident_gone,
    resident_row,
)
from minqing.registry.services.sites import (
    add_enterprise,
    add_place,
    close_enterprise,
    close_place,
    edit_enterprise,
    edit_place,
    enterprise_row,
)
from minqing.registry.services.tags import add_tag, end_tag, load_tag_kinds
from minqing.registry.services.templates import template_xlsx
from minqing.registry.vault import (
    NUMBERS,
    IdentityRow,
    IdentityValues,
    erase_identities,
    identities,
    identities_under,
    put_identities,
    scope,
)

__all__ = [
    "ERASABLE", "HomeTime", "OwnFile", "OwnTag", "Traces", "correct_fact", "end_tag_by_request", "erase_facts",
    "erase_person", "erase_tag", "homes_of", "household_ids_of", "own_file", "own_numbers", "own_parts", "own_tags",
    "traces",
    "EDIT_REGISTRY", "EMPLOYEE_BANDS", "ENTERPRISE", "GONE_LABELS", "HOUSEHOLD", "IMPORT_KINDS",
    "IMPORT_REGISTRY", "KIND_LABELS", "NUMBERS", "OUTCOME_LABELS", "PLACE", "PLACE_KINDS",
    "PRESENCE_LABELS", "RELATION_LABELS", "RESIDENT", "SEE_REGISTRY", "SEE_SENSITIVE_TAGS", "SEX_LABELS",
    "STATUS_LABELS", "TAG_KINDS", "TAG_SUBJECTS", "CloseForm", "Dossier", "EditValues", "EndTagForm",
    "Enterprise", "EnterpriseForm", "EnterpriseInput", "ErrorLine", "ExactForm", "Fact", "GoneForm",
    "HeadForm", "Household", "HouseholdForm", "HouseholdInput", "HouseholdLine", "HouseholdMember",
    "HouseholdPage", "Identity", "IdentityRow", "IdentityValues", "ImportBatch", "ImportRow", "MemberLine",
    "MoveInForm", "MoveOutForm", "NewMemberForm", "Place", "PlaceForm", "PlaceInput", "Preview",
    "PreviewRow", "Resident", "ResidentForm", "ResidentInput", "SearchForm", "SearchPage", "SubjectRef",
    "SubjectRow", "SubjectView", "Tag", "TagForm", "TagKind", "TagLine", "UploadForm", "add_enterprise",
    "add_household", "add_place", "add_resident", "add_tag", "age_on", "apply_import",
    "areas_to_register_in", "close_enterprise", "close_household", "close_place", "discard_import",
    "dossier", "edit_enterprise", "edit_household", "edit_place", "edit_resident", "edit_values", "end_tag",
    "enterprise_row", "erase_identities", "error_csv", "error_rows", "expire_imports", "find_exact",
    "households_of", "id_index", "identities", "identities_under", "import_batch", "load_tag_kinds",
    "move_in", "move_out", "my_imports", "name_initials", "open_dossier", "phone_index", "preview",
    "put_identities", "read_id_number", "read_phone", "read_uscc", "relation_key", "resident_back",
    "resident_gone", "resident_row", "scope", "search", "search_everything", "set_head", "stage_import",
    "subject", "subject_ref", "subjects", "tag_kinds", "template_xlsx",
]  # fmt: skip
