"""The declared layouts have the sizes and offsets that a C compiler gives Windows' own structures."""

import pytest

import compiler
from windlass.pe import layout
from windlass.pe.record import U8, U16, U32, U64, Bytes4, Record

LOAD_CONFIG = (
    "Size TimeDateStamp MajorVersion MinorVersion GlobalFlagsClear GlobalFlagsSet "
    "CriticalSectionDefaultTimeout DeCommitFreeBlockThreshold DeCommitTotalFreeThreshold "
    "LockPrefixTable MaximumAllocationSize VirtualMemoryThreshold {} CSDVersion DependentLoadFlags "
    "EditList SecurityCookie SEHandlerTable SEHandlerCount GuardCFCheckFunctionPointer "
    "GuardCFDispatchFunctionPointer GuardCFFunctionTable GuardCFFunctionCount GuardFlags "
    "CodeIntegrity GuardAddressTakenIatEntryTable GuardAddressTakenIatEntryCount "
    "GuardLongJumpTargetTable GuardLongJumpTargetCount DynamicValueRelocTable CHPEMetadataPointer "
    "GuardRFFailureRoutine GuardRFFailureRoutineFunctionPointer DynamicValueRelocTableOffset "
    "DynamicValueRelocTableSection Reserved2 GuardRFVerifyStackPointerFunctionPointer "
    "HotPatchTableOffset Reserved3 EnclaveConfigurationPointer VolatileMetadataPointer "
    "GuardEHContinuationTable GuardEHContinuationCount GuardXFGCheckFunctionPointer "
    "GuardXFGDispatchFunctionPointer GuardXFGTableDispatchFunctionPointer "
    "CastGuardOsDeterminedFailureMode GuardMemcpyFunctionPointer"
)
OPTIONAL_HEADER = (
    "Magic MajorLinkerVersion MinorLinkerVersion SizeOfCode SizeOfInitializedData "
    "SizeOfUninitializedData AddressOfEntryPoint BaseOfCode {} SectionAlignment FileAlignment "
    "MajorOperatingSystemVersion MinorOperatingSystemVersion MajorImageVersion MinorImageVersion "
    "MajorSubsystemVersion MinorSubsystemVersion Win32VersionValue SizeOfImage SizeOfHeaders CheckSum "
    "Subsystem DllCharacteristics SizeOfStackReserve SizeOfStackCommit SizeOfHeapReserve "
    "SizeOfHeapCommit LoaderFlags NumberOfRvaAndSizes"
)
# Record -> the structure of winnt.h, and its members in the order of the record's fields.
STRUCTURES = {
    layout.DosHeader: (
        "IMAGE_DOS_HEADER",
        "e_magic e_cblp e_cp e_crlc e_cparhdr e_minalloc e_maxalloc e_ss e_sp e_csum e_ip e_cs "
        "e_lfarlc e_ovno e_res e_oemid e_oeminfo e_res2 e_lfanew",
    ),
    layout.FileHeader: (
        "IMAGE_FILE_HEADER",
        "Machine NumberOfSections TimeDateStamp PointerToSymbolTable NumberOfSymbols "
        "SizeOfOptionalHeader Characteristics",
    ),
    layout.OptionalHeader32: ("IMAGE_OPTIONAL_HEADER32", OPTIONAL_HEADER.format("BaseOfData ImageBase")),
    layout.OptionalHeader64: ("IMAGE_OPTIONAL_HEADER64", OPTIONAL_HEADER.format("ImageBase")),
    layout.DataDirectory: ("IMAGE_DATA_DIRECTORY", "VirtualAddress Size"),
    layout.SectionHeader: (
        "IMAGE_SECTION_HEADER",
        "Name Misc.VirtualSize VirtualAddress SizeOfRawData PointerToRawData PointerToRelocations "
        "PointerToLinenumbers NumberOfRelocations NumberOfLinenumbers Characteristics",
    ),
    layout.ExportDirectory: (
        "IMAGE_EXPORT_DIRECTORY",
        "Characteristics TimeDateStamp MajorVersion MinorVersion Name Base NumberOfFunctions "
        "NumberOfNames AddressOfFunctions AddressOfNames AddressOfNameOrdinals",
    ),
    layout.ImportDescriptor: (
        "IMAGE_IMPORT_DESCRIPTOR",
        "OriginalFirstThunk TimeDateStamp ForwarderChain Name FirstThunk",
    ),
    layout.DelayDescriptor: (
        "IMAGE_DELAYLOAD_DESCRIPTOR",
        "Attributes.AllAttributes DllNameRVA ModuleHandleRVA ImportAddressTableRVA ImportNameTableRVA "
        "BoundImportAddressTableRVA UnloadInformationTableRVA TimeDateStamp",
    ),
    layout.BoundImportDescriptor: (
        "IMAGE_BOUND_IMPORT_DESCRIPTOR",
        "TimeDateStamp OffsetModuleName NumberOfModuleForwarderRefs",
    ),
    layout.BoundForwarderReference: (
        "IMAGE_BOUND_FORWARDER_REF",
        "TimeDateStamp OffsetModuleName Reserved",
    ),
    layout.BaseRelocationBlock: ("IMAGE_BASE_RELOCATION", "VirtualAddress SizeOfBlock"),
    layout.TlsDirectory32: (
        "IMAGE_TLS_DIRECTORY32",
        "StartAddressOfRawData EndAddressOfRawData AddressOfIndex AddressOfCallBacks SizeOfZeroFill "
        "Characteristics",
    ),
    layout.TlsDirectory64: (
        "IMAGE_TLS_DIRECTORY64",
        "StartAddressOfRawData EndAddressOfRawData AddressOfIndex AddressOfCallBacks SizeOfZeroFill "
        "Characteristics",
    ),
    layout.RuntimeFunction: (
        "_IMAGE_RUNTIME_FUNCTION_ENTRY",
        "BeginAddress EndAddress UnwindInfoAddress",
    ),
    layout.ResourceDirectory: (
        "IMAGE_RESOURCE_DIRECTORY",
        "Characteristics TimeDateStamp MajorVersion MinorVersion NumberOfNamedEntries NumberOfIdEntries",
    ),
    layout.ResourceDirectoryEntry: ("IMAGE_RESOURCE_DIRECTORY_ENTRY", "Name OffsetToData"),
    layout.ResourceDataEntry: ("IMAGE_RESOURCE_DATA_ENTRY", "OffsetToData Size CodePage Reserved"),
    layout.DebugDirectory: (
        "IMAGE_DEBUG_DIRECTORY",
        "Characteristics TimeDateStamp MajorVersion MinorVersion Type SizeOfData AddressOfRawData "
        "PointerToRawData",
    ),
    layout.LoadConfig32: (
        "IMAGE_LOAD_CONFIG_DIRECTORY32",
        LOAD_CONFIG.format("ProcessHeapFlags ProcessAffinityMask"),
    ),
    layout.LoadConfig64: (
        "IMAGE_LOAD_CONFIG_DIRECTORY64",
        LOAD_CONFIG.format("ProcessAffinityMask ProcessHeapFlags"),
    ),
    layout.ClrHeader: (
        "IMAGE_COR20_HEADER",
        "cb MajorRuntimeVersion MinorRuntimeVersion MetaData.VirtualAddress MetaData.Size Flags "
        "EntryPointToken Resources.VirtualAddress Resources.Size StrongNameSignature.VirtualAddress "
        "StrongNameSignature.Size CodeManagerTable.VirtualAddress CodeManagerTable.Size "
        "VTableFixups.VirtualAddress VTableFixups.Size ExportAddressTableJumps.VirtualAddress "
        "ExportAddressTableJumps.Size ManagedNativeHeader.VirtualAddress ManagedNativeHeader.Size",
    ),
    layout.FixedFileInfo: (
        "VS_FIXEDFILEINFO",
        "dwSignature dwStrucVersion dwFileVersionMS dwFileVersionLS dwProductVersionMS dwProductVersionLS "
        "dwFileFlagsMask dwFileFlags dwFileOS dwFileType dwFileSubtype dwFileDateMS dwFileDateLS",
    ),
    layout.CoffSymbol: (
        "IMAGE_SYMBOL",
        "N Value SectionNumber Type StorageClass NumberOfAuxSymbols",
    ),
    layout.CoffRelocation: ("IMAGE_RELOCATION", "VirtualAddress SymbolTableIndex Type"),
    layout.ArchiveMemberHeader: (
        "IMAGE_ARCHIVE_MEMBER_HEADER",
        "Name Date UserID GroupID Mode Size EndHeader",
    ),
}
# IMPORT_OBJECT_HEADER ends in bit fields, and a weak external is one of many forms of IMAGE_AUX_SYMBOL.
# WIN_CERTIFICATE ends in the certificate itself, the unwind and CodeView structures are in no header, and
# ARM's function entry exists for ARM only.
WITHOUT_HEADER = {
    layout.CertificateHeader,
    layout.CoffWeakExternal,
    layout.ImportObjectHeader,
    layout.VersionRecord,
    layout.UnwindInfoHeader,
    layout.ArmRuntimeFunction,
    layout.CodeViewRsds,
    layout.CodeViewNb10,
}
CONSTANTS = {
    "MACHINE_": "IMAGE_FILE_MACHINE_",
    "FILE_": "IMAGE_FILE_",
    "SUBSYSTEM_": "IMAGE_SUBSYSTEM_",
    "DLL_": "IMAGE_DLLCHARACTERISTICS_",
    "SECTION_": "IMAGE_SCN_",
    "REL_": "IMAGE_REL_BASED_",
    "CLASS_": "IMAGE_SYM_CLASS_",
    "REL_AMD64_": "IMAGE_REL_AMD64_",
    "REL_I386_": "IMAGE_REL_I386_",
    "REL_ARM64_": "IMAGE_REL_ARM64_",
    "DEBUG_": "IMAGE_DEBUG_TYPE_",
}
# Names that the headers at hand spell otherwise or do not have.
RENAMED = {
    "SECTION_CODE": "IMAGE_SCN_CNT_CODE",
    "SECTION_INITIALIZED_DATA": "IMAGE_SCN_CNT_INITIALIZED_DATA",
    "SECTION_UNINITIALIZED_DATA": "IMAGE_SCN_CNT_UNINITIALIZED_DATA",
    "SECTION_LINK_INFO": "IMAGE_SCN_LNK_INFO",
    "SECTION_LINK_REMOVE": "IMAGE_SCN_LNK_REMOVE",
    "SECTION_DISCARDABLE": "IMAGE_SCN_MEM_DISCARDABLE",
    "SECTION_NOT_CACHED": "IMAGE_SCN_MEM_NOT_CACHED",
    "SECTION_NOT_PAGED": "IMAGE_SCN_MEM_NOT_PAGED",
    "SECTION_SHARED": "IMAGE_SCN_MEM_SHARED",
    "SECTION_EXECUTE": "IMAGE_SCN_MEM_EXECUTE",
    "SECTION_READ": "IMAGE_SCN_MEM_READ",
    "SECTION_WRITE": "IMAGE_SCN_MEM_WRITE",
    "DLL_WDM_DRIVER": "IMAGE_DLLCHARACTERISTICS_WDM_DRIVER",
}


def c_facts() -> str:
    """A C file that compiles only if every layout and constant is as the headers have it."""
    lines = ["#define WIN32_LEAN_AND_MEAN", "#include <windows.h>", "#include <stddef.h>"]
    for record, (structure, members) in STRUCTURES.items():
        names = members.split()
        assert len(names) == len(record.fields), record
        # The optional headers end where their data directories begin, which are records of their own.
        is_optional_header = structure.startswith("IMAGE_OPTIONAL")
        size = f"offsetof({structure}, DataDirectory)" if is_optional_header else f"sizeof({structure})"
        lines.append(f'_Static_assert({size} == {record.size_in_bytes}, "{record.__name__}");')
        ends = [record.offset_of(name) for name in record.fields[1:]] + [record.size_in_bytes]
        for name, member, end in zip(record.fields, names, ends):
            start = record.offset_of(name)
            what = f'"{record.__name__}.{name}"'
            lines.append(f"_Static_assert(offsetof({structure}, {member}) == {start}, {what});")
            lines.append(f"_Static_assert(sizeof((({structure} *)0)->{member}) == {end - start}, {what});")
    for ours, value in vars(layout).items():
        for prefix, theirs in CONSTANTS.items():
            if ours.startswith(prefix) and isinstance(value, int):
                name = RENAMED.get(ours, theirs + ours[len(prefix) :])
                lines.append(f'#ifdef {name}\n_Static_assert({name} == {value}u, "{ours}");\n#endif')
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("target", ["x86_64-windows-gnu", "x86-windows-gnu"])
def test_layouts_are_those_of_the_headers(target, tmp_path):
    source = tmp_path / "facts.c"
    source.write_text(c_facts())
    compiler.run_zig("cc", "-target", target, "-c", str(source), "-o", str(tmp_path / "facts.obj"))


def test_every_layout_is_compared():
    declared = {each for each in vars(layout).values() if isinstance(each, type) and issubclass(each, Record)}
    assert declared - {Record} == set(STRUCTURES) | WITHOUT_HEADER


class Sample(Record):
    tag: Bytes4
    small: U8
    pair: U16
    word: U32
    long: U64


def test_record_gives_its_fields():
    data = b"\xee" + b"ABCD" + b"\x01" + b"\x02\x00" + b"\x03\x00\x00\x00" + b"\x04" + bytes(7)
    record = Sample.unpack(data, 1)
    assert (record.tag, record.small, record.pair, record.word, record.long) == (b"ABCD", 1, 2, 3, 4)
    assert repr(record) == "Sample(tag=b'ABCD', small=0x1, pair=0x2, word=0x3, long=0x4)"


def test_record_packs_what_is_named_and_zero_else():
    packed = Sample.pack(word=7, tag=b"X")
    assert packed == b"X\0\0\0" + b"\0" + b"\0\0" + b"\7\0\0\0" + bytes(8)
    assert len(packed) == Sample.size_in_bytes
    with pytest.raises(TypeError, match="Sample has no field sort"):
        Sample.pack(sort=1)


def test_records_of_a_table():
    table = Sample.pack(word=1) + Sample.pack(word=2)
    assert [record.word for record in Sample.unpack_all(table)] == [1, 2]
