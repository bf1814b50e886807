"""The C core: mechanism without policy. Addresses are integers; sizes are bytes. See the C files for
contracts.
"""

from collections.abc import Callable
from typing import Any, NoReturn

peb: int
"""Address of the process environment block."""
lazy_entry: int
"""What a builtin's slot holds until its Python function is first called."""
trace_entry: int
"""What a traced function's slot holds."""
memmove_address: int
memset_address: int
string_at_address: int
wstring_at_address: int
"""Windows functions behind ctypes' functions for raw memory."""
missing_function_code: int
"""Exception code of a call to a missing function."""

class Callback:
    """A Python function with an address that Windows code can call; signature: see core/python_callback.c.

    at_end: what a call returns when Python has ended.
    calls_back: the function returns a generator of calls; see windlass.types.Calling.
    """

    def __init__(
        self, function: Callable[..., Any], signature: str, at_end: int = 0, calls_back: bool = False
    ) -> None: ...
    @property
    def address(self) -> int: ...

class Bridge:
    """A function pointer between the calling conventions of the host and of Windows; see core/bridge.c."""

    def __init__(
        self,
        to_windows: bool,
        function: int,
        parameters: tuple[tuple[str, int, bool], ...],
        result: tuple[str, int, bool],
    ) -> None:
        """to_windows: host code is to call the Windows function; else Windows code the host's function.
        parameters:    (classes, size, whether it is a structure or union) each; nothing is ("", 0, False).
        """
    @property
    def address(self) -> int: ...

class Call:
    """A base beside ctypes' function type: its instances are called as their signature says."""

    def __call__(self, *args: Any, **keywords: Any) -> Any: ...

class Signature:
    """What a call needs to know of a function. Letters: see core/foreign.h."""

    def __init__(
        self,
        flags: int,
        parameters: tuple[tuple[str, int, Any, Any, Any], ...] | None,
        result: tuple[str, int, Any, Any, bool],
        errcheck: Any,
        paramflags: tuple[tuple[Any, ...], ...] | None,
        method: int,
        interface_id: Any,
    ) -> None:
        """flags:      FUNCFLAG_*.
        parameters:    (letter, size, type, T of POINTER(T), from_param) each; None: undeclared.
        result:        (letter, size, type, checker, whether it is an instance of the type).
        errcheck:      called with result, function and arguments; or None.
        paramflags:    (flags, name, what makes an output's argument or why there is none[, default]) each.
        method:        index in a COM interface's table, -1 for none; `interface_id` its id or None.
        """

class Thunk:
    """The code through which Windows calls a Python callable."""

    def __init__(
        self,
        callable: Callable[..., Any],
        flags: int,
        parameters: tuple[tuple[str, int, Any], ...],
        result: tuple[str, int, Any],
    ) -> None:
        """parameters: (letter, size, type of instances or None for plain values) each."""
    @property
    def address(self) -> int: ...

class MissingFunction:
    """A stub whose call raises a Windows exception that names the function and who imported it."""

    def __init__(self, function: str, importer: str) -> None: ...
    @property
    def address(self) -> int: ...

def set_hook(name: str, function: Callable[..., Any]) -> None:
    """Set what C asks Python for: "resolve"(id) -> address, "forwarder"(base, text) -> address,
    "exception"(code, address, parameters, frames) -> exception, "count"(handle, change) -> whether the
    module is there, "activation"(handle, begins) when a thread is to be made with an activation context, and
    when one ends that had any."""

def hash(data: bytes) -> int:
    """A hash of 64 bits, the same in every process; not for secrets."""

def api_records() -> list[tuple[str, str | None, str | None, str | None, str, int, int]]:
    """(dlls, name, result, parameters, file, address, size) of each declaration in C."""

def api_address(record: int) -> int:
    """The address of one of them."""

def connect_functions(slots: int, records: bytes) -> None:
    """Fill a builtin image's slots with its functions, given by their records' numbers (32 bits each) or as
    0xFFFFFFFF, which means lazy_entry."""

def connect_variables(base: int, records: bytes) -> None:
    """Tell C where the exported variables of a builtin image lie; base 0: nowhere."""

def trace_add(id: int, name: str, result: str, parameters: str, address: int) -> None:
    """Say what a traced function's id means; address 0 for one that `resolve` gives."""

def trace_loader(on: bool) -> None:
    """Say whether the loader's events are traced."""

def claim_process() -> None:
    """ImportError in every interpreter but the first that calls this."""

def interpreter_ends() -> None:
    """To be called when Python begins to end, on the thread that ends it."""

def reserve(address: int, size: int) -> None:
    """Take address space, inaccessible. FileExistsError when any of it is in use."""

def map(address: int, size: int, protection: int, fd: int, offset: int, shared: bool) -> None:
    """Map a piece of a file, or zeros (fd -1), over reserved address space. OSError."""

def map_regions(base: int, fd: int, regions: tuple[tuple[int, int, int, int], ...]) -> None:
    """Map the pieces of a laid-out file privately over reserved address space: (rva, size, protection that
    they get later, protection now) each. OSError.
    """

def protect(address: int, size: int, protection: int) -> None: ...
def unmap(address: int, size: int) -> None: ...
def relocate(address: int, size: int, rva: int, length: int, delta: int) -> int:
    """Apply a base relocation table to a writable image; -1, or the RVA where the table is bad."""

class AccessViolation(OSError):
    """Memory that is not there or not to be accessed so; args: (1 for writing else 0, address).

    An API function in Python need not catch it: its caller then gets an access violation.
    """

def read(address: int, size: int) -> bytes: ...
def view(address: int, size: int, write: bool = False) -> memoryview:
    """The program's memory itself, for a library that takes buffers; to be used before the API function
    returns.
    """

def string(address: int) -> bytes:
    """The zero-terminated bytes at an address."""

def write(address: int, data: bytes) -> None: ...
def path_to_host(path: str) -> str | None:
    """The host path that a Windows path names; None if it is no file's."""

def path_to_windows(path: str) -> str:
    """A host path as Windows programs see it."""

def environment_variable(name: str) -> str:
    """The host's variable as it is now, with what Windows code has set, which os.environ does not know; ""
    without one.
    """

def fault_handlers_install() -> None:
    """Put the signal handlers for faults of Windows code in place, on top of those that are there."""

def set_command_line(text: str) -> None:
    """Say what GetCommandLine gives; before anything is loaded."""

def module_add(
    base: int,
    entry_point: int,
    size: int,
    flags: int,
    timestamp: int,
    original_base: int,
    path: str,
    tls_callbacks: int,
    device: int,
    inode: int,
    known: bool,
) -> int:
    """Enter a module into the process's lists. Returns the record's address.

    path:          as Windows programs see it.
    device, inode: of its file; 0 if it has none.
    known:         its name always means this DLL.
    """

def module_loads(record: int) -> int:
    """LoadLibrary calls not yet matched by FreeLibrary."""

def module_set_loads(record: int, loads: int) -> None: ...
def module_from_file(path: str) -> int:
    """The handle of the module that was mapped from this file; 0 if there is none."""

def module_known_as(name: str) -> int:
    """The handle of the known DLL of that name, or behind that API set; 0 if it is not loaded."""

def load_again(path: str) -> int:
    """The handle of the module that was mapped from this file, with one more reference; 0 where only the
    loader can tell.

    path: absolute, with the file name's extension.
    """

def api_set_hosts(name: str) -> tuple[str, ...]:
    """The builtin DLLs that implement an API set, () if the name is none."""

def module_set_initialized(record: int) -> None: ...
def module_set_detached(record: int) -> None: ...
def module_hide(record: int) -> None:
    """Take the module from the lists; its addresses stay known."""

def threads_began_within(base: int, size: int) -> bool:
    """Whether another thread of this process began in this range and has not ended."""

def module_remove(record: int) -> None: ...
def module_flags(record: int, set: int) -> int:
    """Set loader flags; returns all of them."""

def set_program(base: int) -> None:
    """Say which module is the program: PEB.ImageBaseAddress."""

def module_from_address(address: int) -> int:
    """The base of the module that contains an address, or 0."""

def export(base: int, name: str | None, ordinal: int) -> int:
    """The address of an export, by name or (None) by ordinal; 0 if there is none. Follows forwarders."""

def bind(iat: int, functions: bytes, providers: tuple[int, ...]) -> list[int]:
    """Write the addresses of imported functions into an IAT, each from the first provider that exports it.

    functions: as windlass.plan packs them. Returns the indices of those that none exports; their slots are 0.
    """

def bind_known(
    base: int, imports: tuple[tuple[str, int, bytes], ...], first: int
) -> tuple[int, list[int], list[tuple[int, list[int]]]]:
    """Bind the import descriptors of a plan from the first on, as far as they name known DLLs and API sets
    that are loaded. Returns the index of the one where that ends, the handles of the providers, and the
    descriptors in which functions are missing, with their indices.
    """

def tls_add(data: int, size: int, zero_fill: int, alignment: int) -> int:
    """Give every thread a copy of a TLS template; returns the index, -1 when none is left."""

def tls_remove(index: int) -> None: ...
def loader_lock_acquire() -> None: ...
def loader_lock_release() -> None: ...
def call(address: int, *slots: int) -> int:
    """Call a Windows function with integer arguments; the integer result. Raises what the exception hook
    makes.
    """

def exit_process(code: int) -> NoReturn:
    """End the process as ExitProcess does: DLLs are detached, Python's own end is skipped."""

def exit_main_thread(code: int) -> NoReturn:
    """End this thread as ExitThread does, with the code that it asked for or else with this one. The process
    ends when the last thread that Windows code has made has ended, with that one's code."""

def get_last_error() -> int:
    """This thread's TEB.LastErrorValue."""

def set_last_error(code: int) -> None: ...
def unhandled_exception() -> int:
    """The code of the exception that has ended this thread's last call of Windows code; 0: none has."""

def teb() -> int:
    """Address of this thread's environment block."""

def data_file_add(handle: int, size: int) -> None:
    """Tell the resource functions how large a file is that is mapped as data."""

def data_file_remove(handle: int) -> None: ...

guard_check: int
"""Address of what images with Control Flow Guard call to have a target checked."""
guard_dispatch: int
"""Address of what checks a target and calls it."""

def guard_enable() -> None:
    """From now on check the targets of indirect calls. MemoryError without address space."""

def guard_is_on() -> bool: ...
def guard_set_range(address: int, size: int, valid: bool) -> None:
    """Say whether all addresses of a range may be called indirectly, or none."""

def guard_add_jumps(base: int, size: int, table: int, count: int, stride: int) -> None:
    """Let longjmp lead into an image only where its table, sorted RVAs in its own memory, says so."""

def guard_remove_jumps(base: int) -> None: ...
def guard_add_table(base: int, size: int, table: bytes, stride: int) -> None:
    """Make the functions of an image's table targets; an entry has `stride` bytes."""

def snapshot_take(ranges: list[tuple[int, int]]) -> object:
    """Save memory: addresses and sizes. Whole pages become private mappings of what was saved, so that
    `snapshot_restore` knows which of them have been written to. OSError where there is no memory.
    """

def snapshot_restore(snapshot: object) -> None:
    """Put back what was saved. AccessViolation where it cannot be written to."""

def snapshot_saved(snapshot: object, index: int, size: int) -> bytes:
    """What was saved of one of the ranges, which has that size."""

def set_activation(handle: int) -> None:
    """Say which activation context is in force for this thread, 0 if none: threads that it makes begin with
    it."""

def first_activation() -> int:
    """The activation context that this thread began with; 0 if none."""

def redirect_names() -> None:
    """From now on ask which file the name of a module means before it is looked up."""

def foreign_setup(
    layout: tuple[int, int, int, int, int],
    argument_type: type,
    structure_type: type,
    prepare: Callable[[Any], Signature],
    describe: Callable[[Any], tuple[str, int] | None],
    argument_error: Callable[[int, BaseException], None],
    result_error: Callable[[int, Any, int], None],
    ignored: tuple[str, str],
) -> None:
    """Say where ctypes keeps what, and what to ask Python for; see core/foreign.h."""

def vectorcall_sample(basic_size: int, vectorcall_offset: int) -> type:
    """A type with these numbers and the vectorcall protocol turned on."""

def enable_vectorcall(
    type: type, flags_position: int, offset_position: int, vectorcall_offset: int
) -> None: ...
def type_modified(type: type) -> None:
    """Forget cached lookups in a class whose dictionary has changed behind Python's back."""

def wide_string(address: int, length: int = -1) -> str:
    """UTF-16 text; `length` in units, -1: up to the zero."""

def wide_bytes(text: str) -> bytes:
    """Text as UTF-16 with its zero."""

def get_errno() -> int:
    """This thread's private copy of errno, for use_errno."""

def set_errno(value: int) -> int:
    """Returns the old value."""

def get_private_last_error() -> int:
    """This thread's private copy of the last error, for use_last_error."""

def set_private_last_error(value: int) -> int:
    """Returns the old value."""

def key_handle(number: int, access: int) -> int:
    """A new handle for a registry key; `number` is what `key_of_handle` gives back."""

def key_of_handle(handle: int) -> tuple[int, int] | None:
    """(number, access) of a registry key's handle; None if the handle is none."""

def close_handle(handle: int) -> int:
    """NtClose; the NTSTATUS."""

def object_security(handle: int, access: int) -> tuple[int, bytes | None]:
    """NTSTATUS, and what `object_set_security` gave a kernel object, if anything."""

def object_set_security(handle: int, access: int, descriptor: bytes) -> int: ...
def object_file(handle: int, access: int) -> str | None:
    """The host path of a file's or directory's handle; None for all else."""

def token_new(type: int, level: int, present: int, enabled: int, access: int) -> int:
    """A handle for a new access token; privileges are given as one bit each."""

def token_facts(handle: int) -> tuple[int, int, int, int, int, int, int] | None:
    """(id, modified id, type, level, present, enabled, access of the handle); None if it is no token's."""

def token_reopen(handle: int, access: int) -> int:
    """Another handle for the same token; 0 if the handle is no token's."""

def token_set_privileges(handle: int, present: int, enabled: int) -> None: ...
def thread_token(thread: int, access: int) -> tuple[int, int]:
    """NTSTATUS, and a handle for the token that a thread impersonates with."""

def thread_impersonate(thread: int, token: int) -> int:
    """Give a thread a token, or with 0 take it away; the NTSTATUS."""

def process_of_handle(handle: int) -> tuple[int, int]:
    """NTSTATUS, and the process's number, 0 for this one."""

def ansi_to_text(data: bytes) -> str:
    """Text in the ANSI code page, decoded."""

def ansi_from_text(text: str) -> bytes: ...
def process_block(image: str, flags: int) -> tuple[int, int]:
    """A block for a process to be started, whose program has that Windows path: a descriptor that the process
    holds, and the block's address for `process_handles`.
    """

def process_block_free(address: int) -> None: ...
def process_ends_quietly() -> bool:
    """Whether the program wants no message when an exception ends it (SEM_NOGPFAULTERRORBOX)."""

def error_mode() -> int:
    """What SetErrorMode has set."""

def set_error_mode(mode: int) -> None: ...
def process_begin(block: int, is_new: bool) -> None:
    """Say that this process has the block behind the descriptor, and wait while it is suspended.

    is_new: the process has made it for itself.
    """

def process_start(
    path: bytes,
    arguments: list[bytes],
    environment: list[bytes],
    directory: bytes | None,
    standard: tuple[int, ...],
    kept: list[int],
    new_group: bool,
    holds_signals: bool = ...,
    takes_terminal: bool = ...,
) -> int:
    """Start a program of the host's: its number. OSError.

    standard: become its descriptors 0 to 2; -1: the null device. kept: stay open.
    holds_signals: SIGINT and SIGQUIT wait until the program unblocks them.
    takes_terminal: the first of `standard` becomes the terminal of a session of its own.
    """

def pseudo_console_terminal(address: int) -> int:
    """The descriptor of the terminal that a pseudo console's programs get; -1 if it is none."""

def pseudo_console_join(address: int) -> int:
    """The same for a program that is to join it: the first one lets its pipes begin."""

def process_handles(
    number: int, block: int, address: int, process_flags: int, thread_flags: int
) -> tuple[int, int]:
    """Handles of a child and of its first thread; takes over the block, if there is one."""

def inheritable_handles() -> list[int]: ...
def give_handle(handle: int) -> tuple[str, int, int, int, bytes] | None:
    """Type, access, flags, a descriptor and facts, by which a child takes the handle; None for what it cannot
    have.
    """

def take_handle(handle: int, type: str, access: int, flags: int, fd: int, facts: bytes) -> bool: ...
def handle_flags(handle: int) -> int:
    """HANDLE_FLAG_*; 0 for what is no handle."""

def is_this_process(handle: int) -> bool: ...
def set_priority_class(handle: int, priority: int) -> bool: ...
def std_handle(number: int) -> int:
    """The handle that stands for the host's descriptor 0, 1 or 2."""

def choose_std_handle(number: int, handle: int) -> None:
    """Before anything has asked for it."""

def own_std_handles() -> None:
    """The process is a program's: what it closes of its standard handles is closed for the host, too."""

def descriptor_of(handle: int) -> int:
    """The descriptor behind a file's handle, which stays the handle's; -1."""

def environment() -> bytes:
    """The variables as "name=value" strings in UTF-16, as CreateProcess takes them."""

def set_environment(block: bytes) -> None:
    """Let Windows code see these variables and no others."""

def host_environment(block: bytes) -> list[bytes]:
    """The variables as a program of the host gets them."""

def set_startup(numbers: tuple[int, ...], show: int, title: bytes, desktop: bytes, data: bytes) -> None:
    """What GetStartupInfo gives: dwX to dwFlags, wShowWindow, texts in UTF-16, lpReserved2."""

def resume_process(handle: int) -> None:
    """Take back the suspension that each process begins with."""

def time_zone_cities() -> list[tuple[str, str]]:
    """Windows' time zones: their keys, and for each the host's names of cities, blanks between. The first
    that the host knows stands for the zone: names that have been replaced are no longer everywhere.
    """

def job_limits(handle: int) -> bytes | None:
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION of a job, 0: of this process's; None for what is no job."""

def set_job_limits(handle: int, limits: bytes) -> None: ...
def job_ui(handle: int) -> int: ...
def associate_job(job: int, port: int, key: int, /) -> int: ...
def set_job_ui(handle: int, restrictions: int) -> None: ...
def take_job_guard(handle: int) -> bool:
    """True once for each job: the caller is to start its guardian."""

def job_file(handle: int) -> tuple[int, int]:
    """A descriptor of the job's file, without a lock, and the offset of its state."""

def job_processes(handle: int) -> list[int]: ...
def job_accounting(handle: int) -> tuple[int, int, int, int, int]:
    """User and kernel time and page faults of a job's processes; how many there were and are."""

def join_jobs(process: int, breaks_away: bool) -> int:
    """Let a child join this process's jobs; an NTSTATUS."""

def assign_to_job(job: int, process: int) -> int: ...
