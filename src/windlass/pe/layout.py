"""The vocabulary of the PE format: constants and record layouts, no logic.

Source: Microsoft's "PE Format" and the structures of winnt.h. Field names are Microsoft's without
the Hungarian prefixes; an RVA is called so, and where winnt.h keeps an address (a preferred base plus
an RVA) the name ends in `address`.
"""
# No `from __future__ import annotations` here: Record reads the annotations themselves.

from windlass.pe.record import (
    U8,
    U16,
    U32,
    U64,
    Bytes2,
    Bytes6,
    Bytes8,
    Bytes10,
    Bytes12,
    Bytes16,
    Bytes20,
    Record,
)

PAGE_SIZE = 0x1000
SECTOR_SIZE = 0x200

DOS_SIGNATURE = b"MZ"
NT_SIGNATURE = b"PE\0\0"
MAGIC_PE32 = 0x10B
MAGIC_PE32PLUS = 0x20B

# File header: Machine
MACHINE_UNKNOWN = 0
MACHINE_I386 = 0x14C
MACHINE_ARMNT = 0x1C4
MACHINE_IA64 = 0x200
MACHINE_EBC = 0xEBC
MACHINE_AMD64 = 0x8664
MACHINE_ARM64EC = 0xA641
MACHINE_ARM64X = 0xA64E
MACHINE_ARM64 = 0xAA64
MACHINE_RISCV64 = 0x5064
MACHINE_LOONGARCH64 = 0x6264

MACHINE_NAMES = {
    MACHINE_I386: "x86",
    MACHINE_ARMNT: "ARM",
    MACHINE_IA64: "Itanium",
    MACHINE_EBC: "EFI byte code",
    MACHINE_AMD64: "x86-64",
    MACHINE_ARM64EC: "ARM64EC",
    MACHINE_ARM64X: "ARM64X",
    MACHINE_ARM64: "ARM64",
    MACHINE_RISCV64: "RISC-V 64",
    MACHINE_LOONGARCH64: "LoongArch 64",
}

# File header: Characteristics
FILE_RELOCS_STRIPPED = 0x0001
FILE_EXECUTABLE_IMAGE = 0x0002
FILE_LARGE_ADDRESS_AWARE = 0x0020
FILE_32BIT_MACHINE = 0x0100
FILE_DEBUG_STRIPPED = 0x0200
FILE_SYSTEM = 0x1000
FILE_DLL = 0x2000

# Optional header: Subsystem
SUBSYSTEM_UNKNOWN = 0
SUBSYSTEM_NATIVE = 1
SUBSYSTEM_WINDOWS_GUI = 2
SUBSYSTEM_WINDOWS_CUI = 3

# Optional header: DllCharacteristics
DLL_HIGH_ENTROPY_VA = 0x0020
DLL_DYNAMIC_BASE = 0x0040
DLL_FORCE_INTEGRITY = 0x0080
DLL_NX_COMPAT = 0x0100
DLL_NO_ISOLATION = 0x0200
DLL_NO_SEH = 0x0400
DLL_NO_BIND = 0x0800
DLL_APPCONTAINER = 0x1000
DLL_WDM_DRIVER = 0x2000
DLL_GUARD_CF = 0x4000
DLL_TERMINAL_SERVER_AWARE = 0x8000

# Data directories
NUMBER_OF_DIRECTORIES = 16
DIRECTORY_EXPORT = 0
DIRECTORY_IMPORT = 1
DIRECTORY_RESOURCE = 2
DIRECTORY_EXCEPTION = 3
DIRECTORY_CERTIFICATE = 4
DIRECTORY_RELOCATION = 5
DIRECTORY_DEBUG = 6
DIRECTORY_ARCHITECTURE = 7
DIRECTORY_GLOBAL_POINTER = 8
DIRECTORY_TLS = 9
DIRECTORY_LOAD_CONFIG = 10
DIRECTORY_BOUND_IMPORT = 11
DIRECTORY_IAT = 12
DIRECTORY_DELAY_IMPORT = 13
DIRECTORY_CLR = 14

DIRECTORY_NAMES = (
    "export", "import", "resource", "exception", "certificate", "base relocation", "debug",
    "architecture", "global pointer", "TLS", "load config", "bound import", "IAT", "delay import",
    "CLR", "reserved",
)  # fmt: skip

# Section header: Characteristics; alignments and LINK_ flags are for object files only.
SECTION_CODE = 0x00000020
SECTION_INITIALIZED_DATA = 0x00000040
SECTION_UNINITIALIZED_DATA = 0x00000080
SECTION_LINK_INFO = 0x00000200
SECTION_LINK_REMOVE = 0x00000800
SECTION_ALIGN_2BYTES = 0x00200000
SECTION_ALIGN_4BYTES = 0x00300000
SECTION_ALIGN_8BYTES = 0x00400000
SECTION_DISCARDABLE = 0x02000000
SECTION_NOT_CACHED = 0x04000000
SECTION_NOT_PAGED = 0x08000000
SECTION_SHARED = 0x10000000
SECTION_EXECUTE = 0x20000000
SECTION_READ = 0x40000000
SECTION_WRITE = 0x80000000

# Imports
ORDINAL_FLAG32 = 1 << 31
ORDINAL_FLAG64 = 1 << 63

# Base relocation types; 5, 7 and 8 mean different things on different machines.
REL_ABSOLUTE = 0
REL_HIGH = 1
REL_LOW = 2
REL_HIGHLOW = 3
REL_HIGHADJ = 4
REL_MIPS_JMPADDR = 5
REL_ARM_MOV32 = 5
REL_RISCV_HIGH20 = 5
REL_THUMB_MOV32 = 7
REL_RISCV_LOW12I = 7
REL_RISCV_LOW12S = 8
REL_LOONGARCH64_MARK_LA = 8
REL_MIPS_JMPADDR16 = 9
REL_DIR64 = 10


class DosHeader(Record):
    magic: Bytes2
    cblp: U16
    cp: U16
    crlc: U16
    cparhdr: U16
    minalloc: U16
    maxalloc: U16
    ss: U16
    sp: U16
    csum: U16
    ip: U16
    cs: U16
    lfarlc: U16
    ovno: U16
    res: Bytes8
    oemid: U16
    oeminfo: U16
    res2: Bytes20
    lfanew: U32


class FileHeader(Record):
    machine: U16
    number_of_sections: U16
    timestamp: U32
    symbol_table: U32
    number_of_symbols: U32
    size_of_optional_header: U16
    characteristics: U16


class OptionalHeader32(Record):
    """IMAGE_OPTIONAL_HEADER32 without the data directories."""

    magic: U16
    major_linker_version: U8
    minor_linker_version: U8
    size_of_code: U32
    size_of_initialized_data: U32
    size_of_uninitialized_data: U32
    entry_point: U32
    base_of_code: U32
    base_of_data: U32
    image_base: U32
    section_alignment: U32
    file_alignment: U32
    major_operating_system_version: U16
    minor_operating_system_version: U16
    major_image_version: U16
    minor_image_version: U16
    major_subsystem_version: U16
    minor_subsystem_version: U16
    win32_version: U32
    size_of_image: U32
    size_of_headers: U32
    checksum: U32
    subsystem: U16
    dll_characteristics: U16
    stack_reserve: U32
    stack_commit: U32
    heap_reserve: U32
    heap_commit: U32
    loader_flags: U32
    number_of_directories: U32


class OptionalHeader64(Record):
    """IMAGE_OPTIONAL_HEADER64 without the data directories."""

    magic: U16
    major_linker_version: U8
    minor_linker_version: U8
    size_of_code: U32
    size_of_initialized_data: U32
    size_of_uninitialized_data: U32
    entry_point: U32
    base_of_code: U32
    image_base: U64
    section_alignment: U32
    file_alignment: U32
    major_operating_system_version: U16
    minor_operating_system_version: U16
    major_image_version: U16
    minor_image_version: U16
    major_subsystem_version: U16
    minor_subsystem_version: U16
    win32_version: U32
    size_of_image: U32
    size_of_headers: U32
    checksum: U32
    subsystem: U16
    dll_characteristics: U16
    stack_reserve: U64
    stack_commit: U64
    heap_reserve: U64
    heap_commit: U64
    loader_flags: U32
    number_of_directories: U32


class DataDirectory(Record):
    rva: U32
    size: U32


class SectionHeader(Record):
    name: Bytes8
    virtual_size: U32
    rva: U32
    raw_size: U32
    offset: U32
    relocations_offset: U32
    line_numbers_offset: U32
    number_of_relocations: U16
    number_of_line_numbers: U16
    characteristics: U32


class ExportDirectory(Record):
    characteristics: U32
    timestamp: U32
    major_version: U16
    minor_version: U16
    name_rva: U32
    base: U32
    number_of_functions: U32
    number_of_names: U32
    functions_rva: U32
    names_rva: U32
    name_ordinals_rva: U32


class ImportDescriptor(Record):
    lookup_table_rva: U32
    timestamp: U32
    forwarder_chain: U32
    name_rva: U32
    address_table_rva: U32


class DelayDescriptor(Record):
    """IMAGE_DELAYLOAD_DESCRIPTOR. Without DELAY_RVA_BASED every field is an address, not an RVA."""

    attributes: U32
    name_rva: U32
    module_handle_rva: U32
    address_table_rva: U32
    name_table_rva: U32
    bound_table_rva: U32
    unload_table_rva: U32
    timestamp: U32


DELAY_RVA_BASED = 1


class BoundImportDescriptor(Record):
    timestamp: U32
    offset_of_name: U16
    number_of_forwarder_references: U16


class BoundForwarderReference(Record):
    timestamp: U32
    offset_of_name: U16
    reserved: U16


class BaseRelocationBlock(Record):
    page_rva: U32
    size: U32


class TlsDirectory32(Record):
    template_start_address: U32
    template_end_address: U32
    index_address: U32
    callbacks_address: U32
    size_of_zero_fill: U32
    characteristics: U32


class TlsDirectory64(Record):
    template_start_address: U64
    template_end_address: U64
    index_address: U64
    callbacks_address: U64
    size_of_zero_fill: U32
    characteristics: U32


class RuntimeFunction(Record):
    """IMAGE_RUNTIME_FUNCTION_ENTRY of x86-64 and Itanium."""

    begin_rva: U32
    end_rva: U32
    unwind_data: U32


class ArmRuntimeFunction(Record):
    """The two-word form of ARM and ARM64."""

    begin_rva: U32
    unwind_data: U32


# UNWIND_INFO: flags and operations
UNWIND_EXCEPTION_HANDLER = 1
UNWIND_TERMINATION_HANDLER = 2
UNWIND_CHAINED = 4

UWOP_PUSH_NONVOL = 0
UWOP_ALLOC_LARGE = 1
UWOP_ALLOC_SMALL = 2
UWOP_SET_FPREG = 3
UWOP_SAVE_NONVOL = 4
UWOP_SAVE_NONVOL_FAR = 5
UWOP_EPILOG = 6
UWOP_SPARE = 7
UWOP_SAVE_XMM128 = 8
UWOP_SAVE_XMM128_FAR = 9
UWOP_PUSH_MACHFRAME = 10


class UnwindInfoHeader(Record):
    version_and_flags: U8  # 3 and 5 bits
    size_of_prolog: U8
    count_of_codes: U8
    frame: U8  # register, offset / 16: 4 bits each


class ResourceDirectory(Record):
    characteristics: U32
    timestamp: U32
    major_version: U16
    minor_version: U16
    number_of_named_entries: U16
    number_of_id_entries: U16


class ResourceDirectoryEntry(Record):
    name: U32  # the high bit says that it is an offset and not an ID
    offset: U32  # the high bit says that it leads to a directory


RESOURCE_FLAG = 0x80000000


class ResourceDataEntry(Record):
    rva: U32
    size: U32
    code_page: U32
    reserved: U32


RESOURCE_TYPE_NAMES = {
    1: "CURSOR",
    2: "BITMAP",
    3: "ICON",
    4: "MENU",
    5: "DIALOG",
    6: "STRING",
    7: "FONTDIR",
    8: "FONT",
    9: "ACCELERATOR",
    10: "RCDATA",
    11: "MESSAGETABLE",
    12: "GROUP_CURSOR",
    14: "GROUP_ICON",
    16: "VERSION",
    17: "DLGINCLUDE",
    19: "PLUGPLAY",
    20: "VXD",
    21: "ANICURSOR",
    22: "ANIICON",
    23: "HTML",
    24: "MANIFEST",
}


class VersionRecord(Record):
    """What each record of a version resource begins with; its key follows, in UTF-16."""

    length: U16
    value_length: U16  # in characters if it is text
    is_text: U16


class FixedFileInfo(Record):
    signature: U32
    structure_version: U32
    file_version_high: U32
    file_version_low: U32
    product_version_high: U32
    product_version_low: U32
    flags_mask: U32
    flags: U32
    operating_system: U32
    file_type: U32
    file_subtype: U32
    date_high: U32
    date_low: U32


FIXED_FILE_INFO_SIGNATURE = 0xFEEF04BD

DEBUG_COFF = 1
DEBUG_CODEVIEW = 2
DEBUG_FPO = 3
DEBUG_MISC = 4
DEBUG_EXCEPTION = 5
DEBUG_FIXUP = 6
DEBUG_BORLAND = 9
DEBUG_CLSID = 11
DEBUG_VC_FEATURE = 12
DEBUG_POGO = 13
DEBUG_ILTCG = 14
DEBUG_MPX = 15
DEBUG_REPRO = 16
DEBUG_EMBEDDED_PDB = 17
DEBUG_PDB_CHECKSUM = 19
DEBUG_EX_DLLCHARACTERISTICS = 20

DEBUG_NAMES = {
    DEBUG_COFF: "COFF",
    DEBUG_CODEVIEW: "CodeView",
    DEBUG_FPO: "FPO",
    DEBUG_MISC: "misc",
    DEBUG_EXCEPTION: "exception",
    DEBUG_FIXUP: "fixup",
    DEBUG_BORLAND: "Borland",
    DEBUG_CLSID: "CLSID",
    DEBUG_VC_FEATURE: "VC feature",
    DEBUG_POGO: "POGO",
    DEBUG_ILTCG: "ILTCG",
    DEBUG_MPX: "MPX",
    DEBUG_REPRO: "repro",
    DEBUG_EMBEDDED_PDB: "embedded PDB",
    DEBUG_PDB_CHECKSUM: "PDB checksum",
    DEBUG_EX_DLLCHARACTERISTICS: "extended DLL characteristics",
}


class DebugDirectory(Record):
    characteristics: U32
    timestamp: U32
    major_version: U16
    minor_version: U16
    type: U32
    size: U32
    rva: U32
    offset: U32


class CodeViewRsds(Record):
    """CodeView of a PDB 7.0; the PDB's path follows, in UTF-8."""

    signature: U32
    guid: Bytes16
    age: U32


class CodeViewNb10(Record):
    """CodeView of a PDB 2.0; the PDB's path follows."""

    signature: U32
    offset: U32
    timestamp: U32
    age: U32


class LoadConfig32(Record):
    """IMAGE_LOAD_CONFIG_DIRECTORY32. It grew with each Windows: `size` says which fields there are."""

    size: U32
    timestamp: U32
    major_version: U16
    minor_version: U16
    global_flags_clear: U32
    global_flags_set: U32
    critical_section_default_timeout: U32
    de_commit_free_block_threshold: U32
    de_commit_total_free_threshold: U32
    lock_prefix_table_address: U32
    maximum_allocation_size: U32
    virtual_memory_threshold: U32
    process_heap_flags: U32
    process_affinity_mask: U32
    csd_version: U16
    dependent_load_flags: U16
    edit_list_address: U32
    security_cookie_address: U32
    se_handler_table_address: U32
    se_handler_count: U32
    guard_cf_check_function_address: U32
    guard_cf_dispatch_function_address: U32
    guard_cf_function_table_address: U32
    guard_cf_function_count: U32
    guard_flags: U32
    code_integrity: Bytes12
    guard_address_taken_iat_entry_table_address: U32
    guard_address_taken_iat_entry_count: U32
    guard_long_jump_target_table_address: U32
    guard_long_jump_target_count: U32
    dynamic_value_reloc_table_address: U32
    chpe_metadata_address: U32
    guard_rf_failure_routine_address: U32
    guard_rf_failure_routine_function_address: U32
    dynamic_value_reloc_table_offset: U32
    dynamic_value_reloc_table_section: U16
    reserved2: U16
    guard_rf_verify_stack_pointer_function_address: U32
    hot_patch_table_offset: U32
    reserved3: U32
    enclave_configuration_address: U32
    volatile_metadata_address: U32
    guard_eh_continuation_table_address: U32
    guard_eh_continuation_count: U32
    guard_xfg_check_function_address: U32
    guard_xfg_dispatch_function_address: U32
    guard_xfg_table_dispatch_function_address: U32
    cast_guard_failure_mode_address: U32
    guard_memcpy_function_address: U32


class LoadConfig64(Record):
    """IMAGE_LOAD_CONFIG_DIRECTORY64. It grew with each Windows: `size` says which fields there are."""

    size: U32
    timestamp: U32
    major_version: U16
    minor_version: U16
    global_flags_clear: U32
    global_flags_set: U32
    critical_section_default_timeout: U32
    de_commit_free_block_threshold: U64
    de_commit_total_free_threshold: U64
    lock_prefix_table_address: U64
    maximum_allocation_size: U64
    virtual_memory_threshold: U64
    process_affinity_mask: U64
    process_heap_flags: U32
    csd_version: U16
    dependent_load_flags: U16
    edit_list_address: U64
    security_cookie_address: U64
    se_handler_table_address: U64
    se_handler_count: U64
    guard_cf_check_function_address: U64
    guard_cf_dispatch_function_address: U64
    guard_cf_function_table_address: U64
    guard_cf_function_count: U64
    guard_flags: U32
    code_integrity: Bytes12
    guard_address_taken_iat_entry_table_address: U64
    guard_address_taken_iat_entry_count: U64
    guard_long_jump_target_table_address: U64
    guard_long_jump_target_count: U64
    dynamic_value_reloc_table_address: U64
    chpe_metadata_address: U64
    guard_rf_failure_routine_address: U64
    guard_rf_failure_routine_function_address: U64
    dynamic_value_reloc_table_offset: U32
    dynamic_value_reloc_table_section: U16
    reserved2: U16
    guard_rf_verify_stack_pointer_function_address: U64
    hot_patch_table_offset: U32
    reserved3: U32
    enclave_configuration_address: U64
    volatile_metadata_address: U64
    guard_eh_continuation_table_address: U64
    guard_eh_continuation_count: U64
    guard_xfg_check_function_address: U64
    guard_xfg_dispatch_function_address: U64
    guard_xfg_table_dispatch_function_address: U64
    cast_guard_failure_mode_address: U64
    guard_memcpy_function_address: U64


# Load config: GuardFlags
GUARD_CF_INSTRUMENTED = 0x00000100
GUARD_CFW_INSTRUMENTED = 0x00000200
GUARD_CF_FUNCTION_TABLE_PRESENT = 0x00000400
GUARD_CF_LONGJUMP_TABLE_PRESENT = 0x00010000
GUARD_EH_CONTINUATION_TABLE_PRESENT = 0x00400000
GUARD_XFG_ENABLED = 0x00800000
GUARD_TABLE_STRIDE_SHIFT = 28


class CertificateHeader(Record):
    """WIN_CERTIFICATE without its data."""

    length: U32
    revision: U16
    type: U16


CERTIFICATE_X509 = 1
CERTIFICATE_PKCS_SIGNED_DATA = 2


class ClrHeader(Record):
    """IMAGE_COR20_HEADER, of an image with .NET code."""

    size: U32
    major_runtime_version: U16
    minor_runtime_version: U16
    metadata_rva: U32
    metadata_size: U32
    flags: U32
    entry_point: U32
    resources_rva: U32
    resources_size: U32
    strong_name_signature_rva: U32
    strong_name_signature_size: U32
    code_manager_table_rva: U32
    code_manager_table_size: U32
    vtable_fixups_rva: U32
    vtable_fixups_size: U32
    export_address_table_jumps_rva: U32
    export_address_table_jumps_size: U32
    managed_native_header_rva: U32
    managed_native_header_size: U32


# Object files. A symbol's section is its number, from one on; zero means that another object defines it.

SYMBOL_UNDEFINED = 0
CLASS_EXTERNAL = 2
CLASS_STATIC = 3
CLASS_SECTION = 104
CLASS_WEAK_EXTERNAL = 105

REL_AMD64_ADDR32NB = 3
REL_AMD64_REL32 = 4
REL_I386_DIR32 = 6
REL_I386_DIR32NB = 7
REL_ARM64_ADDR32NB = 2
REL_ARM64_PAGEBASE_REL21 = 4
REL_ARM64_PAGEOFFSET_12L = 7


class CoffSymbol(Record):
    name: Bytes8  # or four zeros and an offset into the string table
    value: U32
    section: U16
    type: U16
    storage_class: U8
    number_of_aux_symbols: U8


class CoffRelocation(Record):
    rva: U32  # an offset in the section
    symbol: U32
    type: U16


class CoffWeakExternal(Record):
    """The auxiliary entry of a weak external."""

    default: U32  # the symbol that stands in for it
    characteristics: U32
    unused: Bytes10


WEAK_EXTERNAL_ALIAS = 3


class ImportObjectHeader(Record):
    """IMPORT_OBJECT_HEADER of a short import object; its strings follow."""

    machine_unknown: U16  # MACHINE_UNKNOWN and 0xFFFF: where an object has its machine and its sections
    signature: U16
    version: U16
    machine: U16
    timestamp: U32
    size_of_data: U32
    ordinal_or_hint: U16
    type_and_name_type: U16  # 2 and 3 bits


IMPORT_OBJECT_SIGNATURE = 0xFFFF

# Import objects: types
IMPORT_CODE = 0
IMPORT_DATA = 1
IMPORT_CONST = 2

# Import objects: name types, which say how the imported name follows from the symbol's
IMPORT_ORDINAL = 0
IMPORT_NAME = 1
IMPORT_NAME_NOPREFIX = 2
IMPORT_NAME_UNDECORATE = 3
IMPORT_NAME_EXPORTAS = 4


class ArchiveMemberHeader(Record):
    """The header of a member of an archive: text, padded with blanks."""

    name: Bytes16
    date: Bytes12
    user: Bytes6
    group: Bytes6
    mode: Bytes8
    size: Bytes10
    end: Bytes2


ARCHIVE_SIGNATURE = b"!<arch>\n"
ARCHIVE_MEMBER_END = b"`\n"
