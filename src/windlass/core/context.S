/* Saving and loading a whole CONTEXT, and the frames at which the unwinder finds more than a return address.
 *
 * The labels ending in _return are known to dispatch.c: each is the return address of a call that leads to code which
 * may raise, and what the frame holds at a fixed distance from rsp says how the walk goes on. */

#define HOME            32

/* CONTEXT ("CONTEXT structure", x64) */
#define ContextFlags    0x30
#define MxCsr           0x34
#define SegCs           0x38
#define SegDs           0x3a
#define SegEs           0x3c
#define SegFs           0x3e
#define SegGs           0x40
#define SegSs           0x42
#define EFlags          0x44
#define Rax             0x78
#define Rcx             0x80
#define Rdx             0x88
#define Rbx             0x90
#define Rsp             0x98
#define Rbp             0xa0
#define Rsi             0xa8
#define Rdi             0xb0
#define R8              0xb8
#define R9              0xc0
#define R10             0xc8
#define R11             0xd0
#define R12             0xd8
#define R13             0xe0
#define R14             0xe8
#define R15             0xf0
#define Rip             0xf8
#define FltSave         0x100
#define ControlWord     0x100
#define FltMxCsr        0x118
#define Xmm             0x1a0
#define CONTEXT_SIZE    0x4d0

#define CONTEXT_FULL_SEGMENTS 0x10000f
#define CONTEXT_FLOATING_POINT_BIT 8

        .text
        .globl  context_code_begin
        .hidden context_code_begin
context_code_begin:

        .macro  function name
        .globl  \name
        .hidden \name
        .type   \name, @function
        .p2align 4
\name:
        .cfi_startproc
        .endm

        .macro  end name
        .cfi_endproc
        .size   \name, . - \name
        .endm

        .macro  label name
        .globl  \name
        .hidden \name
\name:
        .endm

/* Every register but rcx, rsp and rip into the CONTEXT at \base. */
        .macro  save_registers base
        movl    $CONTEXT_FULL_SEGMENTS, ContextFlags(\base)
        movq    %rax, Rax(\base)
        movq    %rdx, Rdx(\base)
        movq    %rbx, Rbx(\base)
        movq    %rbp, Rbp(\base)
        movq    %rsi, Rsi(\base)
        movq    %rdi, Rdi(\base)
        movq    %r8, R8(\base)
        movq    %r9, R9(\base)
        movq    %r10, R10(\base)
        movq    %r11, R11(\base)
        movq    %r12, R12(\base)
        movq    %r13, R13(\base)
        movq    %r14, R14(\base)
        movq    %r15, R15(\base)
        .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        movaps  %xmm\i, Xmm + 16 * \i(\base)
        .endr
        stmxcsr MxCsr(\base)
        stmxcsr FltMxCsr(\base)
        .endm

/* The parts of the x87 state that are not zero when its stack is empty, as an ABI call leaves it. */
        .macro  save_x87_empty base
        pxor    %xmm0, %xmm0
        movaps  %xmm0, FltSave(\base)
        movq    $0, FltSave + 16(\base)
        fnstcw  ControlWord(\base)
        movl    $0xffff, FltMxCsr + 4(\base)
        .endm

/* void RtlCaptureContext(CONTEXT *: rcx) */
        function api_RtlCaptureContext
        pushfq
        .cfi_adjust_cfa_offset 8
        fxsave64 FltSave(%rcx)
        save_registers %rcx
        movq    %rcx, Rcx(%rcx)
        movw    %cs, SegCs(%rcx)
        movw    %ds, SegDs(%rcx)
        movw    %es, SegEs(%rcx)
        movw    %fs, SegFs(%rcx)
        movw    %gs, SegGs(%rcx)
        movw    %ss, SegSs(%rcx)
        popq    %rax
        .cfi_adjust_cfa_offset -8
        movl    %eax, EFlags(%rcx)
        movq    (%rsp), %rax
        movq    %rax, Rip(%rcx)
        leaq    8(%rsp), %rax
        movq    %rax, Rsp(%rcx)
        movq    Rax(%rcx), %rax
        ret
        end     api_RtlCaptureContext

/* The raising functions: capture the caller's registers in a CONTEXT on the stack and pass it to \body as the
 * argument after the function's own, which stay where they are. ms_abi on both sides. */
        .macro  capture_and_call name, body, argument
        function \name
        pushfq
        .cfi_adjust_cfa_offset 8
        subq    $CONTEXT_SIZE + HOME + 16, %rsp
        .cfi_adjust_cfa_offset CONTEXT_SIZE + HOME + 16
        movq    %rcx, HOME + 16 + Rcx(%rsp)
        leaq    HOME + 16(%rsp), %rcx
        save_registers %rcx
        save_x87_empty %rcx
        movw    %cs, SegCs(%rcx)
        movw    %ss, SegSs(%rcx)
        movl    CONTEXT_SIZE + HOME + 16(%rsp), %eax
        movl    %eax, EFlags(%rcx)
        movq    CONTEXT_SIZE + HOME + 24(%rsp), %rax
        movq    %rax, Rip(%rcx)
        leaq    CONTEXT_SIZE + HOME + 32(%rsp), %rax
        movq    %rax, Rsp(%rcx)
        .ifc    \argument, fifth
        movq    %rcx, HOME(%rsp)
        .else
        movq    %rcx, %\argument
        .endif
        movq    HOME + 16 + Rcx(%rsp), %rcx
        cld
        call    \body
        ud2
        end     \name
        .endm

        capture_and_call api_RaiseException, raise_exception, fifth
        capture_and_call api_RtlRaiseException, rtl_raise_exception, rdx
        capture_and_call api_RtlRaiseStatus, rtl_raise_status, rdx
        capture_and_call api__CxxThrowException, cxx_throw, r8

/* void RtlUnwindEx(frame: rcx, ip: rdx, record: r8, value: r9, CONTEXT *: 40(rsp), history: 48(rsp))
 * The caller's own CONTEXT receives its registers. */
        function api_RtlUnwindEx
        movq    40(%rsp), %r10
        movq    48(%rsp), %r11
        save_registers %r10
        movq    %rcx, Rcx(%r10)
        movw    %cs, SegCs(%r10)
        movw    %ss, SegSs(%r10)
        pushfq
        .cfi_adjust_cfa_offset 8
        popq    %rax
        .cfi_adjust_cfa_offset -8
        movl    %eax, EFlags(%r10)
        movq    (%rsp), %rax
        movq    %rax, Rip(%r10)
        leaq    8(%rsp), %rax
        movq    %rax, Rsp(%r10)
        subq    $HOME + 24, %rsp
        .cfi_adjust_cfa_offset HOME + 24
        movq    %r10, HOME(%rsp)
        movq    %r11, HOME + 8(%rsp)
        cld
        call    unwind_to_target
        ud2
        end     api_RtlUnwindEx

/* RtlUnwind, _local_unwind, longjmp bring no CONTEXT: one on the stack. */
        .macro  unwind_without_context name, body
        function \name
        pushfq
        .cfi_adjust_cfa_offset 8
        subq    $CONTEXT_SIZE + HOME + 16, %rsp
        .cfi_adjust_cfa_offset CONTEXT_SIZE + HOME + 16
        movq    %rcx, HOME + 16 + Rcx(%rsp)
        leaq    HOME + 16(%rsp), %rcx
        save_registers %rcx
        movw    %cs, SegCs(%rcx)
        movw    %ss, SegSs(%rcx)
        movl    CONTEXT_SIZE + HOME + 16(%rsp), %eax
        movl    %eax, EFlags(%rcx)
        movq    CONTEXT_SIZE + HOME + 24(%rsp), %rax
        movq    %rax, Rip(%rcx)
        leaq    CONTEXT_SIZE + HOME + 32(%rsp), %rax
        movq    %rax, Rsp(%rcx)
        movq    %rcx, HOME(%rsp)
        movq    HOME + 16 + Rcx(%rsp), %rcx
        cld
        call    \body
        ud2
        end     \name
        .endm

        unwind_without_context api_RtlUnwind, rtl_unwind
        unwind_without_context api__local_unwind, local_unwind
        unwind_without_context api_longjmp, long_jump

/* int handler_call_exception(record: rdi, frame: rsi, context: rdx, dispatcher: rcx, handler: r8)
 * int handler_call_unwind(...)
 * Call a language handler; the dispatcher context stands above the home area for a walk that comes by. */
        .macro  handler_call name, return
        function \name
        subq    $HOME + 8, %rsp
        .cfi_adjust_cfa_offset HOME + 8
        movq    %rcx, HOME(%rsp)
        movq    %rcx, %r9
        movq    %r8, %rax
        movq    %rdx, %r8
        movq    %rsi, %rdx
        movq    %rdi, %rcx
        call    *%rax
        label   \return
        addq    $HOME + 8, %rsp
        .cfi_adjust_cfa_offset -(HOME + 8)
        ret
        end     \name
        .endm

        handler_call handler_call_exception, handler_call_exception_return
        handler_call handler_call_unwind, handler_call_unwind_return

/* A fault's signal handler ends here, on the thread's own stack: rdi = record, rsi = context, rbx = XSAVE area,
 * rbp = its components, rsp 16-byte aligned below both. The context stands above the home area for walks. */
        function fault_entry
        .cfi_undefined %rip
        subq    $HOME + 16, %rsp
        movq    %rsi, HOME(%rsp)
        call    fault_dispatch
        label   fault_entry_return
        movq    HOME(%rsp), %rdi
        movq    %rbx, %rsi
        movq    %rbp, %rdx
        call    fault_continue
        ud2
        end     fault_entry

/* _Noreturn void consolidate(CONTEXT *: rdi, EXCEPTION_RECORD *: rsi, callback: rdx)
 * Calls the callback of a STATUS_UNWIND_CONSOLIDATE unwind in place of the frames it consolidates, and goes on where it
 * says. */
        function context_consolidate
        .cfi_undefined %rip
        andq    $-16, %rsp
        subq    $HOME + 16, %rsp
        movq    %rdi, HOME(%rsp)
        movq    %rsi, %rcx
        call    *%rdx
        label   context_consolidate_return
        movq    HOME(%rsp), %rdi
        movq    %rax, Rip(%rdi)
        jmp     context_resume
        end     context_consolidate

        .macro  load_integer base
        movq    Rax(\base), %rax
        movq    Rcx(\base), %rcx
        movq    Rdx(\base), %rdx
        movq    Rbx(\base), %rbx
        movq    Rbp(\base), %rbp
        movq    Rsi(\base), %rsi
        movq    R8(\base), %r8
        movq    R9(\base), %r9
        movq    R12(\base), %r12
        movq    R13(\base), %r13
        movq    R14(\base), %r14
        movq    R15(\base), %r15
        .endm

/* The context may lie below the stack it goes back to: nothing is read from it once rsp is there. */
        function context_resume
        .cfi_undefined %rip
        .irp    i, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        movaps  Xmm + 16 * \i(%rdi), %xmm\i
        .endr
        load_integer %rdi
        movq    %rdi, %r10
        movq    Rip(%r10), %r11
        movq    Rdi(%r10), %rdi
        movq    Rsp(%r10), %rsp
        jmp     *%r11
        end     context_resume

/* Everything: iretq is the one instruction that loads rip, rsp and the flags without a scratch register or a write to
 * the target's stack. */
        function context_restore
        .cfi_undefined %rip
        testl   $CONTEXT_FLOATING_POINT_BIT, ContextFlags(%rdi)
        jz      .Lintegers
        ldmxcsr MxCsr(%rdi)
        .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        movaps  Xmm + 16 * \i(%rdi), %xmm\i
        .endr
.Lintegers:
        movq    %ss, %rax
        pushq   %rax
        pushq   Rsp(%rdi)
        movl    EFlags(%rdi), %eax
        pushq   %rax
        movq    %cs, %rax
        pushq   %rax
        pushq   Rip(%rdi)
        load_integer %rdi
        movq    R10(%rdi), %r10
        movq    R11(%rdi), %r11
        movq    Rdi(%rdi), %rdi
        iretq
        end     context_restore

/* void context_continue(context: rdi, XSAVE area: rsi, components: rdx) */
        function context_continue
        .cfi_undefined %rip
        testq   %rsi, %rsi
        jz      1f
        movl    %edx, %eax
        shrq    $32, %rdx
        xrstor64 (%rsi)
        jmp     .Lintegers
1:      fxrstor64 FltSave(%rdi)
        jmp     .Lintegers
        end     context_continue

/* int fault_guard_enter(struct fault_guard *: rdi, struct fault_guard **innermost: rsi) */
        function fault_guard_enter
        movq    (%rsi), %rax
        movq    %rax, (%rdi)
        movq    %rbx, 8(%rdi)
        movq    %rbp, 16(%rdi)
        movq    %r12, 24(%rdi)
        movq    %r13, 32(%rdi)
        movq    %r14, 40(%rdi)
        movq    %r15, 48(%rdi)
        leaq    8(%rsp), %rax
        movq    %rax, 56(%rdi)
        movq    (%rsp), %rax
        movq    %rax, 64(%rdi)
        movq    %rdi, (%rsi)
        xorl    %eax, %eax
        ret
        end     fault_guard_enter

        .globl  context_code_end
        .hidden context_code_end
context_code_end:

        .section .note.GNU-stack, "", @progbits
